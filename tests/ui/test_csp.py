from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest, HttpResponse

from ui import csp

if TYPE_CHECKING:
    from django.urls import ResolverMatch


def answer(*, app_names: list[str] | None = None, response: HttpResponse | None = None) -> str:
    request = HttpRequest()
    match = None if app_names is None else SimpleNamespace(app_names=app_names)
    request.resolver_match = cast("ResolverMatch | None", match)
    middleware = csp.ContentSecurityPolicyMiddleware(lambda _: response or HttpResponse())
    return middleware(request).headers[csp.HEADER]


def test_a_page_runs_only_our_own_scripts_and_styles() -> None:
    policy = answer(app_names=["segments"])
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy


def test_a_page_cannot_be_framed_rebased_or_made_to_send_its_forms_elsewhere() -> None:
    policy = answer()
    for directive in ("frame-ancestors 'none'", "base-uri 'self'", "form-action 'self'", "object-src 'none'"):
        assert directive in policy.split("; ")


def test_the_admin_has_the_wider_policy_that_its_theme_needs() -> None:
    assert answer(app_names=["admin"]) == csp.policy(csp.ADMIN)
    assert "'unsafe-eval'" in csp.policy(csp.ADMIN)


def test_a_view_may_widen_its_own_page() -> None:
    widened = csp.policy(form_action="'self' https://app.hubspot.com")
    response = HttpResponse(headers={csp.HEADER: widened})
    assert answer(app_names=["destinations"], response=response) == widened
    assert "form-action 'self' https://app.hubspot.com" in widened
    assert "script-src 'self'" in widened
