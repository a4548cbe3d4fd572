"""The answers that no app owns: error pages, and in development the page of all components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from ui import showcase

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for unforeseen errors: no details, only the reference to find them in the log.

    Rendered without context processors, so that it works even if they are what failed.
    """

    return HttpResponseServerError(
        render_to_string("500.html", {"reference": request.META.get("MUSTER_REQUEST_ID", "")})
    )


def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state; only in development."""
    return render(request, "ui/showcase/page.html", showcase.context())
