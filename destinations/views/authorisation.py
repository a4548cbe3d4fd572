"""Where people land after signing in at the destination. They need no account here, and learn only whether it
worked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from destinations.errors import SetupError
from destinations.services.authorisation import complete_authorisation, decline_authorisation

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

REFUSED = 400


@require_GET
@never_cache
def oauth_callback(request: HttpRequest) -> HttpResponse:
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    try:
        if "error" in request.GET or not code:
            return _declined(request, state)
        credential = complete_authorisation(state=state, code=code)
    except SetupError as error:
        return render(request, "destinations/authorisation_failed.html", {"error": error}, status=REFUSED)
    return render(request, "destinations/authorised.html", {"credential": credential})


def _declined(request: HttpRequest, state: str) -> HttpResponse:
    credential = decline_authorisation(state=state)
    return render(request, "destinations/authorisation_declined.html", {"credential": credential}, status=REFUSED)
