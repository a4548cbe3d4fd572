"""The Content-Security-Policy of every answer: our own files only, nothing inline."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponseBase

HEADER = "Content-Security-Policy"

STRICT: Mapping[str, str] = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The admin's theme evaluates Alpine expressions and writes style attributes.
ADMIN: Mapping[str, str] = {
    **STRICT,
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
}


def policy(directives: Mapping[str, str] = STRICT, **changes: str) -> str:
    """The header's value. A view that must widen its page sets the header to e.g. `policy(form_action="…")`."""
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in {**directives, **changed}.items())


class ContentSecurityPolicyMiddleware:
    """Sends the strict policy with every response, the admin's own in the admin; a policy already set stays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, policy(ADMIN if _in_admin(request) else STRICT))
        return response


def _in_admin(request: HttpRequest) -> bool:
    return request.resolver_match is not None and "admin" in request.resolver_match.app_names
