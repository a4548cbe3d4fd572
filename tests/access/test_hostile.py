"""Whatever is typed into addresses and forms, nobody gets a server error: every answer says what is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from tenants.scope import tenant_scope
from tests.access.customers import make_customers
from tests.access.hostile import BODIES, HUGE_NUMBER, LONGER_THAN_PYTHON_READS, QUERIES, TEXTS, answers_to
from tests.access.objects.destinations import destination as make_destination
from tests.access.routes import Route, tenant_routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast

ROUTES = list(dict.fromkeys(tenant_routes()))
METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST")
IDS = (HUGE_NUMBER, LONGER_THAN_PYTHON_READS, "0", "x", "..%2f..%2f", "😀")
PARAMETER = re.compile(r"<(?:\w+:)?\w+>")
SERVER_ERROR = 500


@pytest.fixture
def visitor(cast: Cast, sign_in: Callable[[str], Client]) -> Client:
    """An administrator, who gets further than anybody else; this client raises what would be a server error."""
    with tenant_scope(cast.acme):
        make_customers()
    return sign_in("datagrid_administrator")


@pytest.fixture
def ask(visitor: Client) -> Callable[..., str]:
    """Sends a request, undoes what it changed, and gives the page."""

    def asked(method: str, address: str, **request: Any) -> str:
        with transaction.atomic():
            answer = visitor.generic(method, address, **request)
            body = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        assert answer.status_code < SERVER_ERROR, f"{method} {address}"
        return body.decode(errors="replace")

    return asked


@pytest.fixture
def fill_in(visitor: Client) -> Callable[..., None]:
    def filled_in(method: str, address: str, fields: dict[str, str]) -> None:
        with transaction.atomic():
            send = visitor.post if method == "POST" else visitor.get
            assert send(address, fields).status_code < SERVER_ERROR
            transaction.set_rollback(True)

    return filled_in


@pytest.mark.long
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.pattern or "(start)")
def test_every_strange_thing_is_answered(
    route: Route, cast: Cast, ask: Callable[..., str], fill_in: Callable[..., None]
) -> None:
    address = route.address(cast, "acme")
    page = ask("GET", address)
    for method in METHODS:
        ask(method, address)
    for query in QUERIES:
        ask("GET", f"{address}?{query}")
    for content_type, body in BODIES:
        ask("POST", address, data=body, content_type=content_type)
    for text in TEXTS:
        for method, target, fields in answers_to(page, address, text):
            fill_in(method, target, fields)


@pytest.mark.long
@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/t/acme/admin/destinations/destination/add/?plugin_key=hubspot", "quota_share"),
        ("/t/acme/admin/destinations/datatemplate/add/?destination={destination}", "columns-source"),
    ],
)
def test_forms_that_open_after_a_choice_are_answered(
    address: str, field: str, cast: Cast, ask: Callable[..., str], fill_in: Callable[..., None]
) -> None:
    with tenant_scope(cast.acme):
        destination = make_destination(cast)
    address = address.format(destination=destination.pk)
    page = ask("GET", address)
    assert f'name="{field}"' in page
    chosen = {"destination": str(destination.pk), "credential": str(destination.credential_id)}
    for text in TEXTS:
        for method, target, fields in answers_to(page, address, text):
            fill_in(method, target, fields)
            fill_in(method, target, fields | {name: chosen[name] for name in chosen.keys() & fields.keys()})


@pytest.mark.parametrize("strange", IDS, ids=["huge", "too long to read", "zero", "letter", "path", "emoji"])
def test_strange_ids_are_answered(strange: str, ask: Callable[..., str]) -> None:
    for route in ROUTES:
        if PARAMETER.search(route.pattern):
            ask("GET", f"/t/acme/{PARAMETER.sub(strange, route.pattern)}")


@pytest.mark.parametrize(
    "address", ["/t/acme/campaigns/?q=%00", "/t/acme/admin/x%00/", "/accounts/login/?next=%00"]
)
def test_a_nul_in_an_address_is_refused_with_a_page(address: str, visitor: Client) -> None:
    answer = visitor.get(address)
    assert answer.status_code == 400
    assert "That request was not understood" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/t/acme/t/globex/", "/t/ACME/", "/t/acme%2fx/", "/t/acme./", "/t//acme/", "/t/acme/%2e%2e/globex/"],
)
def test_no_spelling_of_a_tenant_leads_past_its_door(address: str, visitor: Client) -> None:
    assert visitor.get(address).status_code == 404
