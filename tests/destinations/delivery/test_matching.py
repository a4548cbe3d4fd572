"""Who is who in HubSpot: secondary addresses, merged and deleted contacts; and rows that are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.delivery.models import Delivery
from destinations.delivery.specs import Allowance, FieldMapping
from tests.destinations.delivery.desk import people
from tests.destinations.delivery.test_attributes import CITY, customers, properties

if TYPE_CHECKING:
    from tests.destinations.delivery.desk import Desk
    from tests.sandbox import Sandbox

Status = Delivery.Status


def test_a_secondary_address_finds_the_contact(desk: Desk, sandbox: Sandbox) -> None:
    (contact,) = sandbox.add_contacts("main@example.com")
    sandbox.add_secondary("main@example.com", "p1@example.com")

    delivery = desk.send(people(1))

    assert desk.outcomes(delivery) == {"c1": "added"}
    assert sandbox.members("VIPs") == ["main@example.com"]
    assert desk.ledger(delivery.target) == {"p1@example.com": contact}


@pytest.mark.long
def test_two_addresses_of_one_contact_are_one_member_until_both_leave(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p3@example.com")
    sandbox.add_secondary("p1@example.com", "p2@example.com")

    first = desk.send(people(1, 2, 3))
    one_left = desk.send(people(2, 3))
    both_left = desk.send(people(3))

    assert desk.outcomes(first) == {"c1": "added", "c2": "duplicate", "c3": "added"}
    assert desk.outcomes(one_left) == {"c2": "unchanged", "c3": "unchanged"}
    assert one_left.tally.removed == 0
    assert both_left.tally.removed == 1
    assert sandbox.members("VIPs") == ["p3@example.com"]


@pytest.mark.long
def test_a_customer_whose_address_changes_to_another_of_the_same_contact_stays(
    desk: Desk, sandbox: Sandbox
) -> None:
    sandbox.add_contacts("p1@example.com")
    sandbox.add_secondary("p1@example.com", "new@example.com")
    desk.send(people(1))

    later = desk.send([("c1", "new@example.com")])

    assert desk.outcomes(later) == {"c1": "added"}
    assert later.tally.removed == 0
    assert sandbox.members("VIPs") == ["p1@example.com"]


def test_a_contact_that_was_merged_away_is_found_again_by_its_address(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "survivor@example.com")
    desk.send(customers(town=["Rome"]), fields=[CITY])
    sandbox.merge("survivor@example.com", "p1@example.com")

    later = desk.send(customers(town=["Oslo"]), fields=[CITY])

    assert desk.outcomes(later)["c1"] in {"updated", "added"}
    assert properties(sandbox, "survivor@example.com")["city"] == "Oslo"
    assert sandbox.members("VIPs") == ["survivor@example.com"]


@pytest.mark.long
def test_a_contact_that_was_deleted_is_not_found_and_forgotten(desk: Desk, sandbox: Sandbox) -> None:
    (contact, _) = sandbox.add_contacts("p1@example.com", "p2@example.com")
    desk.send(customers(town=["Rome", "Oslo"]), fields=[CITY])
    sandbox.archive(contact)

    later = desk.send(customers(town=["Bergen", "Oslo"]), fields=[CITY])

    assert desk.outcomes(later) == {"c1": "not_found", "c2": "unchanged"}
    assert list(desk.ledger(later.target)) == ["p2@example.com"]


@pytest.mark.long
def test_an_address_is_not_looked_up_twice_a_day_by_whatever_target(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com")
    desk.send(people(1, 2))
    desk.list_name, desk.owner = "Others", desk.owner.model_copy(update={"id": 2})

    delivery = desk.send(people(1, 2))

    assert desk.outcomes(delivery) == {"c1": "added", "c2": "not_found"}
    assert desk.calls(delivery) == {"prepare": 2, "membership": 1}


def test_a_row_that_hubspot_refuses_fails_alone(desk: Desk, sandbox: Sandbox) -> None:
    everybody = people(*range(1, 101))
    sandbox.add_contacts(*(email for _, email in everybody if email))
    towns = ["Rome"] * 100
    towns[41] = "2026-13-77"
    has_date(sandbox)

    delivery = desk.send(customers(town=towns[:]), fields=[FieldMapping(column="town", field="city")])
    assert delivery.status == Status.COMPLETED

    born = ["2026-01-05"] * 100
    born[41] = "noon"
    refused = desk.send(customers(born=born), fields=[FieldMapping(column="born", field="birthday")])

    assert refused.status == Status.COMPLETED_WITH_ERRORS
    assert refused.tally.failed == 1
    assert desk.reasons(refused) == {"c42": "INVALID_DATE:birthday"}
    (row,) = (row for row in desk.rows(refused) if row["status"] == "failed")
    assert row["request_id"]


def test_a_batch_that_is_refused_as_a_whole_is_halved_until_the_bad_row_is_alone(
    desk: Desk, sandbox: Sandbox
) -> None:
    everybody = people(*range(1, 101))
    sandbox.add_contacts(*(email for _, email in everybody if email))
    sandbox.switch(trace_ids_split_updates=False)
    has_date(sandbox)
    born = ["2026-01-05"] * 100
    born[41] = "noon"

    delivery = desk.send(customers(born=born), fields=[FieldMapping(column="born", field="birthday")])

    assert desk.reasons(delivery) == {"c42": "INVALID_DATE:birthday"}
    assert delivery.tally.added == 99
    assert len(sandbox.members("VIPs")) == 99
    assert desk.calls(delivery)["update"] <= 21


def test_limits_that_end_the_halving_half_way_do_not_make_it_begin_again(desk: Desk, sandbox: Sandbox) -> None:
    everybody = people(*range(1, 17))
    sandbox.add_contacts(*(email for _, email in everybody if email))
    sandbox.switch(trace_ids_split_updates=False)
    has_date(sandbox)
    narrow = Allowance(burst=4, window_seconds=0.05)
    desk.settings = desk.settings.model_copy(update={"allowance": narrow})

    delivery = desk.send(customers(born=["noon"] * 16), fields=[FieldMapping(column="born", field="birthday")])

    assert delivery.tally.failed == 16
    assert desk.calls(delivery)["update"] <= 31  # each batch of the halving once


def test_a_batch_that_takes_hubspot_too_long_is_repeated_in_halves(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*(email for _, email in people(*range(1, 9)) if email))
    desk.target()
    sandbox.fault("status", path="*/batch/update", status=524, count=1)

    delivery = desk.send(customers(town=["Rome"] * 8), fields=[CITY])

    assert delivery.tally.added == 8
    assert desk.calls(delivery)["update"] == 3


def has_date(sandbox: Sandbox) -> None:
    body = {
        "name": "birthday",
        "label": "Birthday",
        "type": "date",
        "fieldType": "date",
        "groupName": "contactinformation",
    }
    assert sandbox.call("POST", "/crm/v3/properties/contacts", body).ok


def test_no_address_and_no_value_gets_into_the_logs(
    desk: Desk, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.add_contacts("p1@example.com")
    has_date(sandbox)

    desk.send(customers(born=["secret-value"]), fields=[FieldMapping(column="born", field="birthday")])

    assert "@example.com" not in caplog.text
    assert "secret-value" not in caplog.text
