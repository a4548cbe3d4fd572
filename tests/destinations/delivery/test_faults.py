"""Every fault that HubSpot is known for, once in every kind of call: the end is that of an undisturbed send."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from destinations.delivery import quota, work
from destinations.delivery.models import Delivery
from destinations.delivery.specs import FieldMapping
from runtime import clock
from tests.destinations.delivery.desk import Desk, people, run_due_work

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox import Sandbox

Status = Delivery.Status

CALLS = ("*/batch/read", "*/batch/update", "*/batch/create", "*/memberships/*", "*/lists/*", "*/properties/*")
CITY = FieldMapping(column="town", field="city")


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds with a destination that is really disturbed takes moments here."""
    monkeypatch.setattr(work, "LONGEST_BACKOFF_SECONDS", 0.05)
    monkeypatch.setattr(quota, "WITHOUT_A_WAIT", {"TEN_SECONDLY_ROLLING": 0.1, "SECONDLY": 0.05})


@pytest.fixture
def creating(desk: Desk) -> Desk:
    desk.settings = desk.settings.model_copy(update={"create_missing": True})
    return desk


def customers() -> pa.Table:
    keys, emails = zip(*people(*range(1, 9)), strict=True)
    return pa.table({"id": list(keys), "email": list(emails), "town": ["Rome"] * 8})


def send(desk: Desk) -> Delivery:
    """Four contacts that are there and four that are not, in a list, with a field and a status."""
    desk.sandbox.add_contacts(*(f"p{number}@example.com" for number in range(1, 5)))
    return desk.send(customers(), fields=[CITY], target=desk.target(status="vip_status"))


def assert_as_undisturbed(desk: Desk, delivery: Delivery) -> None:
    assert delivery.status == Status.COMPLETED, (delivery.error, delivery.counts)
    assert desk.outcomes(delivery) == {
        **{f"c{number}": "added" for number in range(1, 5)},
        **{f"c{number}": "created" for number in range(5, 9)},
    }
    everybody = [f"p{number}@example.com" for number in range(1, 9)]
    state = desk.sandbox.state()
    assert {name: each["members"] for name, each in state["lists"].items()} == {"VIPs": everybody}
    assert sorted(state["contacts"]) == everybody
    written = [contact["properties"] for contact in state["contacts"].values()]
    assert {(each["city"], each["vip_status"]) for each in written} == {("Rome", "realized")}


FAULTS: list[tuple[str, dict[str, Any]]] = [
    *(("status", {"status": status}) for status in (500, 503, 524, 530)),
    ("reset_before", {}),
    ("reset_after", {}),
    ("cut_after", {}),
    ("timeout_after_write", {}),
    ("rate_limit_rolling", {}),
    ("rate_limit_secondly", {}),
    ("rate_limit_rolling", {"as_category": True}),
    ("token_expired", {}),
]
FURTHER: list[tuple[str, dict[str, Any]]] = [
    *(("status", {"status": status}) for status in (502, 504, 521, 522, 523, 525, 526)),
    ("locked", {}),
    ("migrating", {"retry_after": 1}),
    ("latency", {"delay_ms": 200}),
]


@pytest.mark.parametrize("faults", [FAULTS[: len(CALLS)], FAULTS[len(CALLS) :]], ids=["first", "second"])
def test_each_fault_in_some_call_changes_nothing(
    creating: Desk, sandbox: Sandbox, faults: list[tuple[str, dict[str, Any]]]
) -> None:
    for path, (fault, rule) in zip(CALLS, faults, strict=True):
        sandbox.fault(fault, path=path, **rule)

    assert_as_undisturbed(creating, send(creating))


@pytest.mark.long
@pytest.mark.parametrize(("fault", "rule"), FAULTS + FURTHER)
def test_each_fault_in_every_call_changes_nothing(
    creating: Desk, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, fault: str, rule: dict[str, Any]
) -> None:
    monkeypatch.setattr("destinations.hubspot.failures.LOCKED_SECONDS", 0.05)
    for path in CALLS:
        sandbox.fault(fault, path=path, **rule)

    assert_as_undisturbed(creating, send(creating))


def test_batches_that_come_back_empty_change_nothing(creating: Desk, sandbox: Sandbox) -> None:
    for path in ("*/batch/update", "*/batch/create"):
        sandbox.fault("empty_results", path=path)

    assert_as_undisturbed(creating, send(creating))


@pytest.mark.parametrize(
    "switches",
    [
        {"language": "pt", "multi_status": False},
        {"one_result_per_contact": False, "other_added_spelling": True},
        {"omit_empty_arrays": True, "trace_ids_split_updates": False},
    ],
)
def test_what_hubspots_documents_leave_open_makes_no_difference(
    creating: Desk, sandbox: Sandbox, switches: dict[str, Any]
) -> None:
    sandbox.switch(**switches)

    assert_as_undisturbed(creating, send(creating))


def test_a_new_property_that_is_not_visible_at_once_is_waited_for(creating: Desk, sandbox: Sandbox) -> None:
    sandbox.switch(property_delay_ms=700)

    assert_as_undisturbed(creating, send(creating))


def test_the_days_last_call_lets_the_delivery_wait_and_not_fail(
    desk: Desk, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.add_contacts("p1@example.com")
    sandbox.fault("rate_limit_daily", path="*/batch/read")
    delivery = desk.start(people(1))

    with pytest.raises(AssertionError, match="day"):
        run_due_work()

    waiting = desk.now(delivery)
    assert waiting.status == Status.SENDING
    assert waiting.waiting_until is not None
    assert clock.now() < waiting.waiting_until <= clock.now() + timedelta(hours=25)


@pytest.mark.parametrize(("fault", "code"), [("unauthorised", "authorisation"), ("status", "configuration")])
def test_what_only_a_person_can_change_ends_the_delivery_with_what_was_sent_accounted_for(
    desk: Desk, sandbox: Sandbox, fault: str, code: str
) -> None:
    sandbox.add_contacts("p1@example.com")
    body = {"category": "OBJECT_NOT_FOUND", "message": "Gone."}
    sandbox.fault(
        fault, path="*/memberships/*", count=0, **({"status": 404, "body": body} if fault == "status" else {})
    )

    delivery = desk.send(people(1, 2))

    assert (delivery.status, delivery.error_code) == (Status.FAILED, code)
    assert desk.outcomes(delivery) == {"c1": "not_sent", "c2": "not_found"}
    assert delivery.tally.agree


def test_rows_that_are_never_answered_while_others_are_fail_in_the_end(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com")
    sandbox.fault("status", path="*/memberships/*", status=500, count=0)

    delivery = desk.send(people(1, 2))

    assert delivery.status == Status.COMPLETED_WITH_ERRORS
    assert desk.outcomes(delivery) == {"c1": "failed", "c2": "not_found"}
    assert desk.reasons(delivery)["c1"] == "no_answer"


def test_a_destination_that_never_answers_ends_the_delivery_after_its_patience(
    desk: Desk, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PATIENCE", timedelta(seconds=0.3))
    sandbox.fault("reset_before", after=2, count=0)  # the list is made before

    delivery = desk.send(people(1, 2))

    assert (delivery.status, delivery.error_code) == (Status.FAILED, "unavailable")
    assert delivery.tally.not_sent == 2


def test_a_clock_that_runs_ahead_gives_no_destination_up(
    desk: Desk, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set_clock(tmp_path / "clock.json", rate=100_000)
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock.json"))
    sandbox.add_contacts("p1@example.com")
    sandbox.fault("reset_before", after=2, count=8)

    assert desk.outcomes(desk.send(people(1))) == {"c1": "added"}


def test_a_defect_of_ours_is_not_repeated_and_asks_for_a_person(
    desk: Desk, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.add_contacts("p1@example.com")

    def defect(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("destinations.hubspot.rows.RowSender.send", defect)
    delivery = desk.send(people(1))

    assert (delivery.status, delivery.error_code) == (Status.FAILED, "internal")
    assert delivery.tally.not_sent == 1
    assert sandbox.members("VIPs") == []
