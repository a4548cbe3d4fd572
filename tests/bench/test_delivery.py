"""What sending takes, with real workers against the sandbox and its limits: rate, calls, fairness."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from runtime import clock
from tests.destinations.delivery.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.sandbox import Account

pytestmark = pytest.mark.bench

MANY = 100_000
WINDOW_CALLS, WINDOW_SECONDS = 190, 10.0  # Professional
UNLIMITED = {"burst": 100_000, "window_seconds": WINDOW_SECONDS}
READ_BATCH, MEMBERSHIP_BATCH = 100, 1_000
ENDED = {"completed", "completed_with_errors", "failed", "stopped", "held"}


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    """What the time is, for all processes; the real one at first."""
    file = tmp_path / "clock.json"
    clock.set_clock(file)
    return file


@pytest.fixture
def workshop(tmp_path: Path, clock_file: Path) -> Iterator[Workshop]:
    people = tmp_path / "people"
    people.write_text("".join(f"p{number}@example.com\n" for number in range(1, MANY + 1)), encoding="ascii")
    options = {"MUSTER_CLOCK_FILE": str(clock_file)}
    with Workshop(tmp_path / "muster", options, ("--contacts-from", str(people))) as workshop:
        yield workshop


@dataclass
class Sent:
    """A delivery that was started from outside."""

    workshop: Workshop
    delivery: int
    tenant: str = "acme"

    @classmethod
    def start(
        cls, workshop: Workshop, *, account: Account | None = None, tenant: str = "acme", **what: Any
    ) -> Sent:
        account = account or workshop.sandbox.account
        told: dict[str, Any] = {"portal": account.portal, "token": account.token, "list_name": "Many", "owner": 1}
        told["allowance"] = {"burst": WINDOW_CALLS, "window_seconds": WINDOW_SECONDS}
        answer = workshop.ask("start", tenant=tenant, **{**told, **what})
        return cls(workshop, answer["delivery"], tenant)

    def again(self) -> Sent:
        answer = self.workshop.ask("again", delivery=self.delivery, tenant=self.tenant)
        return Sent(self.workshop, answer["delivery"], self.tenant)

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = self.workshop.ask("report", delivery=self.delivery, tenant=self.tenant)
        return report

    def ended(self, *, patience: float = 600.0) -> dict[str, Any]:
        until = time.monotonic() + patience
        while (report := self.report())["status"] not in ENDED:
            assert time.monotonic() < until, report
            time.sleep(1)
        return report


def used_share(calls: list[dict[str, Any]]) -> float:
    """The time that so many full windows take at least, of the time until the first call of the next one.

    What is left after the last full window is not slowed by the limit, and says nothing about its use.
    """
    moments = sorted(call["at"] for call in calls)
    windows = (len(moments) - 1) // WINDOW_CALLS
    return float(windows * WINDOW_SECONDS / (moments[windows * WINDOW_CALLS] - moments[0]))


def calls_of_sending(workshop: Workshop) -> list[dict[str, Any]]:
    return [
        call for call in workshop.sandbox.calls() if "batch" in call["route"] or "memberships" in call["route"]
    ]


def test_a_hundred_thousand_contacts(workshop: Workshop, measure: Callable[..., None], clock_file: Path) -> None:
    first = Sent.start(workshop, audience=MANY)
    report = first.ended()
    assert report["counts"]["added"] == MANY, report
    calls = calls_of_sending(workshop)
    measure("sending 100,000: allowed rate used", 100 * used_share(calls), "%", at_least=97)
    measure("sending 100,000: answers 429", _refused(workshop), "calls", at_most=0)
    least = ceil(MANY / READ_BATCH) + ceil(MANY / MEMBERSHIP_BATCH)
    measure("sending 100,000: calls, of the least possible", len(calls) / least, "times", at_most=1.02)
    measure("sending 100,000: from start to end", report["seconds"]["finished"], "s")

    again = first.again().ended()
    measure("the same again: calls", sum(again["calls"].values()), "calls", at_most=10)

    workshop.sandbox.change_members("Many", remove=[f"p{number}@example.com" for number in range(1, 51)])
    repaired = first.again().ended()
    assert repaired["counts"]["added"] == 50, repaired
    measure("the same after 50 were removed by hand: calls", sum(repaired["calls"].values()), "calls")

    clock.set_clock(clock_file, offset=timedelta(hours=25))
    later = first.again().ended()
    measure("the same a day later: calls", sum(later["calls"].values()), "calls")


def test_a_fifth_is_not_in_hubspot_a_day_later(
    workshop: Workshop, measure: Callable[..., None], clock_file: Path
) -> None:
    workshop.sandbox.switch(limits=False)
    first = Sent.start(workshop, audience=MANY * 5 // 4, allowance=UNLIMITED)
    assert first.ended()["counts"]["not_found"] == MANY // 4
    clock.set_clock(clock_file, offset=timedelta(hours=25))

    later = first.again().ended()

    measure("a fifth not in HubSpot, a day later: calls", sum(later["calls"].values()), "calls")


def test_a_small_account_does_not_wait_for_a_large_one(workshop: Workshop, measure: Callable[..., None]) -> None:
    small = workshop.sandbox.add_account()
    large = Sent.start(workshop, audience=500_000)
    while "sending" not in large.report()["seconds"]:
        time.sleep(1)
    workshop.sandbox.forget_calls()
    Sent.start(workshop, account=small, tenant="globex", audience=1_000, list_name="Few")
    pressed = time.time()

    accepted = _first_batch(workshop, small)

    measure("1,000 beside 500,000 that wait: first batch accepted after", accepted - pressed, "s", at_most=5)


def _first_batch(workshop: Workshop, account: Account) -> float:
    """When, by the sandbox's clock, the account's first batch was accepted."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        for call in calls_of_sending(workshop):
            if call["portal"] == account.portal and call["status"] < 300:
                return float(call["at"])
        time.sleep(0.2)
    raise AssertionError("nothing was accepted")


def test_bad_rows_cost_nobody_else(workshop: Workshop, measure: Callable[..., None]) -> None:
    workshop.sandbox.switch(limits=False, trace_ids_split_updates=False)
    body = {
        "name": "birthday",
        "label": "b",
        "type": "date",
        "fieldType": "date",
        "groupName": "contactinformation",
    }
    assert workshop.sandbox.call("POST", "/crm/v3/properties/contacts", body).ok
    rows = 20_000

    held_back = Sent.start(
        workshop, audience=rows, bad_address=100, list_name="A", owner=1, allowance=UNLIMITED
    ).ended()
    assert held_back["counts"]["invalid"] == rows // 100
    measure(
        "1 % invalid: good rows delivered", 100 * held_back["counts"]["added"] / (rows * 0.99), "%", at_least=100
    )

    refused = Sent.start(
        workshop, audience=rows, bad_value=100, fields=["birthday"], list_name="B", owner=2, allowance=UNLIMITED
    ).ended()
    assert refused["counts"]["failed"] == rows // 100
    extra = refused["calls"]["update"] - ceil(rows / 100)
    measure(
        "1 % refused: good rows delivered", 100 * refused["counts"]["added"] / (rows * 0.99), "%", at_least=100
    )
    measure("1 % refused: extra calls for each", extra / (rows // 100), "calls", at_most=20)


def _refused(workshop: Workshop) -> int:
    return sum(call["status"] == 429 for call in workshop.sandbox.calls())
