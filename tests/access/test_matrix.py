"""Every page and download inside a tenant, for everybody of the cast."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.test import Client

from accounts.policies import Option, Policy
from tests.access.matrix import HEADER, REFUSED, TABLE, Row, by_part, proposal, routes_without_a_row, rows
from tests.access.routes import tenant_routes
from tests.cast import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.access.conftest import Answer, Ask, Walk
    from tests.cast import Cast

    SignIn = Callable[[str], Client]

ROWS = rows()
OUTSIDERS = ("stranger", "globex_administrator")


def test_the_table_is_well_formed() -> None:
    assert TABLE.read_text(encoding="utf-8").splitlines()[0] == ",".join(HEADER)
    assert len({str(row) for row in ROWS}) == len(ROWS)


def test_every_row_is_a_route() -> None:
    assert {row.route for row in ROWS} <= set(tenant_routes())


def test_every_route_has_a_row(cast: Cast, sign_in: SignIn, ask: Ask) -> None:
    clients = {person: sign_in(person) for person in MEMBERS}
    missing = []
    for route in routes_without_a_row():
        address = route.address(cast, "acme")
        answers = {person: ask(client, "GET", address).status for person, client in clients.items()}
        if set(answers.values()) <= {405, REFUSED}:
            answers = {person: ask(client, "POST", address).status for person, client in clients.items()}
            missing.append(proposal(route, "POST", answers))
        else:
            missing.append(proposal(route, "GET", answers))
    lines = "\n".join(missing)
    assert not missing, f"Check each of these rows and add them to tests/access/matrix.csv:\n{lines}"


@by_part(ROWS)
def test_members_get_what_the_table_says(few: Sequence[Row], cast: Cast, sign_in: SignIn, walk: Walk) -> None:
    visitors = {person: sign_in(person) for person in MEMBERS}
    answers = {(str(row), person): (row, answer) for row, person, answer in walk(few, visitors)}
    assert {asked: answer.status for asked, (_, answer) in answers.items()} == {
        (str(row), person): row.expected(person) for row in few for person in MEMBERS
    }
    silent = [asked for asked, (row, answer) in answers.items() if not says_what_is_missing(row, answer)]
    assert not silent
    assert not [asked for asked, (_, answer) in answers.items() if to_sign_in(answer.location)]


@by_part(ROWS)
def test_people_from_outside_get_nothing(few: Sequence[Row], cast: Cast, sign_in: SignIn, walk: Walk) -> None:
    visitors = {"nobody": Client(), **{person: sign_in(person) for person in OUTSIDERS}}
    for row, person, answer in walk(few, visitors):
        expected = (302, True) if person == "nobody" else (404, False)
        assert (answer.status, to_sign_in(answer.location)) == expected, f"{row} for {person}"


@by_part(row for row in ROWS if row.cells["datagrid_administrator"] == "yes")
def test_staff_may_do_what_administrators_may(few: Sequence[Row], cast: Cast, sign_in: SignIn, walk: Walk) -> None:
    visits = walk(few, {"staff": sign_in("staff")})
    assert not [str(row) for row, _, answer in visits if answer.status == REFUSED]


def names_an_object(row: Row) -> bool:
    """Those that only lead on to another page of the admin do so without a look at the object."""
    leads_on = row.route.pattern.startswith("admin/") and row.answer == 302
    return bool(re.search(r"<(int|path|uuid):", row.route.pattern)) and not leads_on


@by_part(row for row in ROWS if names_an_object(row))
def test_another_tenant_s_object_is_not_found_in_one_s_own(
    few: Sequence[Row], cast: Cast, sign_in: SignIn, walk: Walk
) -> None:
    visits = walk(few, {"globex": sign_in("globex_administrator")}, tenant_slug="globex")
    found = [str(row) for row, _, answer in visits if not is_gone(row, answer)]
    assert not found


def is_gone(row: Row, answer: Answer) -> bool:
    """The admin says so above the list of what there is."""
    a_list, _, _ = row.route.pattern.partition("<")
    return answer.status == 404 or answer.location == f"/t/globex/{a_list}"


# unfold refuses its own actions before they run, in general words.
ACTIONS_OF_UNFOLD = {"admin/destinations/destination/<path:object_id>/add-data-template/"}


def says_what_is_missing(row: Row, answer: Answer) -> bool:
    """A refusal names the policy that would be needed."""
    if answer.status != REFUSED or row.route.pattern in ACTIONS_OF_UNFOLD:
        return True
    labels = [*Policy.labels, *Option.labels]
    return "You don't have access" in answer.body and any(label in answer.body for label in labels)


def to_sign_in(location: str) -> bool:
    return location.startswith("/accounts/login/")
