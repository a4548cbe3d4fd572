"""Ending or pausing early: after an error, or until a person approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, transaction
from redis.exceptions import RedisError

from customer360.engine.errors import EngineError
from destinations.delivery import handover, progress
from destinations.delivery.advice import ENDINGS, UNKNOWN
from destinations.delivery.errors import (
    AuthorisationError,
    ConfigurationError,
    DestinationError,
    RefusedError,
    TransientError,
)
from destinations.delivery.models import Delivery

if TYPE_CHECKING:
    from collections.abc import Sequence

CODES: Sequence[tuple[type[Exception], str]] = (
    (AuthorisationError, "authorisation"),
    (ConfigurationError, "configuration"),
    (RefusedError, "refused"),
    (TransientError, "unavailable"),
    (TimeoutError, "unavailable"),
    (EngineError, "data"),
)
SERVER_AWAY = (OperationalError, InterfaceError, RedisError)
"""PostgreSQL or Redis can't be reached: not the delivery's fault; leases expire and the work is resumed."""


def fail(delivery: Delivery, error: Exception) -> None:
    """Sends nothing more, accounts for what was sent, then ends it as Failed. The first error is kept."""
    code = code_of(error)
    changes = {"status": Delivery.Status.STOPPING, "error_code": code, "error": _words(error, code)}
    if isinstance(error, DestinationError):
        changes["error_reference"] = error.evidence.reference[:300]
    with transaction.atomic():
        Delivery.objects.filter(
            pk=delivery.pk, status__in=[Delivery.Status.PREPARING, Delivery.Status.SENDING], error_code=""
        ).update(**changes)
        handover.to_accountant(delivery)


def _words(error: Exception, code: str) -> str:
    if isinstance(error, DestinationError):
        return error.message
    return str(error) if isinstance(error, EngineError) else ENDINGS[code].what


def hold(delivery: Delivery, reasons: list[dict[str, int | str]]) -> None:
    """Waits until a person approves. `reasons` are codes with their numbers."""
    with transaction.atomic():
        Delivery.objects.filter(
            pk=delivery.pk, status__in=[Delivery.Status.PREPARING, Delivery.Status.SENDING]
        ).update(status=Delivery.Status.HELD, held_for=reasons)
        progress.tell(Delivery.objects.get(pk=delivery.pk))


def code_of(error: Exception) -> str:
    return next((code for kind, code in CODES if isinstance(error, kind)), UNKNOWN)
