"""`/livez` and `/readyz` for whatever runs the processes: requested by IP address, without a host name or TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpResponse
from redis import RedisError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

logger = structlog.get_logger(__name__)


class HealthMiddleware:
    """Answers the two paths before hosts are checked and requests are redirected to HTTPS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/livez":
            return HttpResponse("alive", content_type="text/plain")
        if request.path == "/readyz":
            return _readiness()
        return self.get_response(request)


def _readiness() -> HttpResponse:
    """200 when the database and Valkey answer, else 503 with the name of the one that does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        cache.get("readyz")
    except (DatabaseError, RedisError) as error:
        server = "PostgreSQL" if isinstance(error, DatabaseError) else "Valkey"
        logger.warning("not ready", server=server, error=type(error).__name__)
        return HttpResponse(f"{server} does not answer", status=503, content_type="text/plain")
    return HttpResponse("ready", content_type="text/plain")
