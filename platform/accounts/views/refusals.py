from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from accounts.errors import ActionRefused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The 403 page: which policies are missing, by their labels, or which option denies the action."""
    refusal = exception.refusal if isinstance(exception, ActionRefused) else None
    context = {
        "action": refusal.action if refusal else None,
        "policies": [policy.label for policy in refusal.policies] if refusal else [],
        "options": [option.label for option in refusal.options] if refusal else [],
    }
    return render(request, "403.html", context, status=403)
