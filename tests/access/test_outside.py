"""Pages outside all tenants: sign-in and what belongs to a person rather than to a tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client

from tests.access.routes import Route, global_routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

# Route: an address for it, then the answer to somebody who is not signed in, to a stranger, to a member.
ANSWERS: dict[str, tuple[str, int, int, int]] = {
    "": ("/", 302, 200, 302),
    "account/": ("/account/", 302, 200, 200),
    "invitations/<str:token>/": ("/invitations/x/", 410, 410, 410),
    "oauth/callback/": ("/oauth/callback/", 400, 400, 400),
    "accounts/login/": ("/accounts/login/", 200, 302, 302),
    "accounts/logout/": ("/accounts/logout/", 302, 200, 200),
    "accounts/inactive/": ("/accounts/inactive/", 200, 200, 200),
    "accounts/signup/": ("/accounts/signup/", 200, 302, 302),
    "accounts/reauthenticate/": ("/accounts/reauthenticate/", 302, 200, 200),
    "accounts/email/": ("/accounts/email/", 302, 200, 200),
    "accounts/confirm-email/": ("/accounts/confirm-email/", 200, 200, 200),
    "accounts/confirm-email/(?P<key>[-:\\w]+)/$": ("/accounts/confirm-email/x/", 200, 200, 200),
    "accounts/password/change/": ("/accounts/password/change/", 302, 200, 200),
    "accounts/password/set/": ("/accounts/password/set/", 302, 302, 302),
    "accounts/password/reset/": ("/accounts/password/reset/", 200, 200, 200),
    "accounts/password/reset/done/": ("/accounts/password/reset/done/", 200, 200, 200),
    "accounts/password/reset/key/done/": ("/accounts/password/reset/key/done/", 200, 200, 200),
    "accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "/accounts/password/reset/key/1-x/",
        200,
        200,
        200,
    ),
    "accounts/login/code/confirm/": ("/accounts/login/code/confirm/", 302, 302, 302),
}


def test_every_route_has_its_answers() -> None:
    routes = {route.pattern.replace("^", "") for route in global_routes()}
    assert routes == set(ANSWERS)


@pytest.mark.parametrize("pattern", ANSWERS)
def test_everybody_gets_what_the_table_says(
    pattern: str, cast: Cast, sign_in: Callable[[str], Client], ask: Callable[..., Any]
) -> None:
    address, *expected = ANSWERS[pattern]
    clients = [Client(), sign_in("stranger"), sign_in("ampiq_user")]
    assert [ask(client, "GET", address)[0] for client in clients] == expected


def test_the_page_of_components_is_for_development_only() -> None:
    assert not settings.DEBUG
    assert Route("_components/") not in global_routes()


@pytest.mark.parametrize("address", ["/no-such-page/", "/t/", "/t//", "/t/acme/no-such-page/", "/t/Acme/"])
def test_there_is_nothing_at_other_addresses(
    address: str, cast: Cast, sign_in: Callable[[str], Client], ask: Callable[..., Any]
) -> None:
    status, _location, body = ask(sign_in("datagrid_administrator"), "GET", address)
    assert status == 404
    assert "Page not found" in body
