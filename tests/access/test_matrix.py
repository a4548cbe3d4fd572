"""Every page and download inside a tenant, for everybody of the cast."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from accounts.policies import Option, Policy
from tests.access.matrix import HEADER, REFUSED, TABLE, Row, proposal, routes_without_a_row, rows
from tests.access.routes import tenant_routes
from tests.cast import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

ROWS = rows()


def test_the_table_is_well_formed() -> None:
    assert TABLE.read_text(encoding="utf-8").splitlines()[0] == ",".join(HEADER)
    assert len({str(row) for row in ROWS}) == len(ROWS)


def test_every_row_is_a_route() -> None:
    assert {row.route for row in ROWS} <= set(tenant_routes())


def test_every_route_has_a_row(cast: Cast, sign_in: Callable[[str], Client], ask: Callable[..., Any]) -> None:
    clients = {person: sign_in(person) for person in MEMBERS}
    missing = []
    for route in routes_without_a_row():
        address = route.address(cast, "acme")
        answers = {person: ask(client, "GET", address)[0] for person, client in clients.items()}
        if set(answers.values()) <= {405, REFUSED}:
            answers = {person: ask(client, "POST", address)[0] for person, client in clients.items()}
            missing.append(proposal(route, "POST", answers))
        else:
            missing.append(proposal(route, "GET", answers))
    lines = "\n".join(missing)
    assert not missing, f"Check each of these rows and add them to tests/access/matrix.csv:\n{lines}"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_members_get_what_the_table_says(
    row: Row, cast: Cast, sign_in: Callable[[str], Client], ask: Callable[..., Any]
) -> None:
    address = row.route.address(cast, "acme")
    answers = {person: ask(sign_in(person), row.method, address) for person in MEMBERS}
    assert {person: status for person, (status, _, _) in answers.items()} == {
        person: row.expected(person) for person in MEMBERS
    }
    refusals = [body for status, _, body in answers.values() if status == REFUSED]
    assert row.route.pattern in ACTIONS_OF_UNFOLD or all(map(names_what_is_missing, refusals))
    assert not any(to_sign_in(location) for _, location, _ in answers.values())


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_people_from_outside_get_nothing(
    row: Row, cast: Cast, sign_in: Callable[[str], Client], ask: Callable[..., Any]
) -> None:
    address = row.route.address(cast, "acme")
    status, location, _body = ask(Client(), row.method, address)
    assert (status, to_sign_in(location)) == (302, True)
    for person in ("stranger", "globex_administrator"):
        assert ask(sign_in(person), row.method, address)[0] == 404
    if row.cells["datagrid_administrator"] == "yes":
        assert ask(sign_in("staff"), row.method, address)[0] != REFUSED


def names_an_object(row: Row) -> bool:
    """Those that only lead on to another page of the admin do so without a look at the object."""
    leads_on = row.route.pattern.startswith("admin/") and row.answer == 302
    return bool(re.search(r"<(int|path|uuid):", row.route.pattern)) and not leads_on


@pytest.mark.parametrize("row", [row for row in ROWS if names_an_object(row)], ids=str)
def test_another_tenant_s_object_is_not_found_in_one_s_own(
    row: Row, cast: Cast, sign_in: Callable[[str], Client], ask: Callable[..., Any]
) -> None:
    address = row.route.address(cast, "globex")
    status, location, _body = ask(sign_in("globex_administrator"), row.method, address)
    gone_in_admin = location == "/t/globex/admin/"
    assert status == 404 or gone_in_admin


# unfold refuses its own actions before they run, in general words.
ACTIONS_OF_UNFOLD = {"admin/destinations/destination/<path:object_id>/add-data-template/"}


def names_what_is_missing(body: str) -> bool:
    return "You do not have access" in body and any(label in body for label in [*Policy.labels, *Option.labels])


def to_sign_in(location: str) -> bool:
    return location.startswith("/accounts/login/")
