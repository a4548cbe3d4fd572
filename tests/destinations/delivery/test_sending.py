"""Sends through the whole engine to the sandbox, one feature at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.delivery.models import Delivery
from tests.destinations.delivery.desk import people

if TYPE_CHECKING:
    from tests.destinations.delivery.desk import Desk
    from tests.sandbox import Sandbox

Status = Delivery.Status


def test_an_audience_becomes_a_list_and_every_row_has_its_outcome(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")

    delivery = desk.send(
        [
            *people(1, 2, 3),
            ("c4", "P1@Example.com "),
            ("c5", "not an address"),
            ("c6", None),
        ]
    )

    assert delivery.status == Status.COMPLETED_WITH_ERRORS
    assert desk.outcomes(delivery) == {
        "c1": "added",
        "c2": "added",
        "c3": "not_found",
        "c4": "duplicate",
        "c5": "invalid",
        "c6": "invalid",
    }
    assert sandbox.members("VIPs") == ["p1@example.com", "p2@example.com"]
    counts = delivery.tally
    assert counts.agree
    assert (counts.audience, counts.added, counts.not_found, counts.duplicate, counts.invalid) == (6, 2, 1, 1, 2)


def test_nobody_missing_and_nobody_invalid_is_completed(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com")

    assert desk.send(people(1, 2)).status == Status.COMPLETED


def test_it_makes_no_more_calls_than_it_must(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*(email for _, email in people(*range(250)) if email))

    delivery = desk.send(people(*range(250)))

    assert desk.calls(delivery) == {"prepare": 2, "read": 3, "membership": 1}
    assert len(sandbox.calls()) == 6


def test_the_same_audience_again_costs_one_call(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")
    desk.send(people(1, 2, 3))

    again = desk.send(people(1, 2, 3))

    assert desk.outcomes(again) == {"c1": "unchanged", "c2": "unchanged", "c3": "not_found"}
    assert desk.calls(again) == {"prepare": 1}


def test_who_leaves_the_audience_leaves_the_list(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com", "p3@example.com")
    desk.send(people(1, 2))

    later = desk.send(people(2, 3))

    assert sandbox.members("VIPs") == ["p2@example.com", "p3@example.com"]
    assert (later.tally.added, later.tally.unchanged, later.tally.removed) == (1, 1, 1)
    assert desk.calls(later) == {"prepare": 1, "read": 1, "membership": 2}


@pytest.mark.parametrize(
    ("keep", "members"), [("remove", ["p1@example.com"]), ("keep", ["p1@example.com", "old@example.com"])]
)
def test_members_that_muster_did_not_add_go_or_stay_as_the_setting_says(
    desk: Desk, sandbox: Sandbox, keep: str, members: list[str]
) -> None:
    sandbox.add_contacts("p1@example.com", "old@example.com")
    sandbox.call("POST", "/crm/v3/lists", {"name": "vips", "objectTypeId": "0-1", "processingType": "MANUAL"})
    sandbox.change_members("vips", add=["old@example.com"])

    first = desk.send(people(1), target=desk.target(foreign_members=keep))
    second = desk.send(people(1), target=desk.target(foreign_members=keep))

    assert sorted(sandbox.members("vips")) == sorted(members)
    assert first.tally.removed == 2 - len(members)
    assert desk.calls(second) == {"prepare": 1}


@pytest.mark.long
def test_members_removed_by_hand_come_back(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com", "p3@example.com")
    desk.send(people(1, 2, 3))
    sandbox.change_members("VIPs", remove=["p2@example.com"])

    repaired = desk.send(people(1, 2, 3))

    assert sandbox.members("VIPs") == ["p1@example.com", "p2@example.com", "p3@example.com"]
    assert desk.outcomes(repaired) == {"c1": "unchanged", "c2": "added", "c3": "unchanged"}
    assert desk.calls(repaired) == {"prepare": 1, "members": 1, "membership": 1}
