"""The worker is killed in the middle of a campaign with three groups and two destinations, again and again."""

from __future__ import annotations

import hashlib
import random
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from tests.campaigns.office import email_of
from tests.destinations.delivery.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.long

CUSTOMERS = 600
GROUPS = {"Early": 40, "Late": 30, "Mail": 20}
LISTS = ("Autumn", "Other Autumn")
KILLS = 4
OPTIONS = {"MUSTER_DELIVERY_LEASE_SECONDS": "3", "MUSTER_DELIVERY_SLICE_ROWS": "50"}
PATIENCE_SECONDS = 70.0


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    steps = "tests.campaigns.outside"
    with Workshop(tmp_path / "muster", OPTIONS, ("--latency-ms", "40"), steps=steps) as workshop:
        workshop.sandbox.switch(limits=False)
        workshop.sandbox.add_contacts(*(email_of(number) for number in range(1, CUSTOMERS + 1)))
        yield workshop


def group_of(key: str, customer: str) -> str:
    """The rule of assignment in plain Python: the control first, then the treatments in order."""
    digest = hashlib.md5(f"{key}:{customer}".encode(), usedforsecurity=False).hexdigest()
    position, end = int(digest[:15], 16) * 1_000_000 >> 60, 0
    for name, percent in {"Control": 100 - sum(GROUPS.values()), **GROUPS}.items():
        end += percent * 10_000
        if position < end:
            return name
    raise AssertionError


def until_ended(workshop: Workshop) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        report: dict[str, Any] = workshop.ask("report")
        if report["state"] not in {"preparing", "sending"}:
            return report
        assert time.monotonic() < until, f"It does not come to an end: {report}"
        time.sleep(0.5)


def test_every_customer_is_sent_once_and_no_control_ever(workshop: Workshop) -> None:
    chance = random.Random(KILLS)  # noqa: S311 - a test that can be repeated
    account = asdict(workshop.sandbox.account)
    key = workshop.ask("send", account=account, customers=CUSTOMERS, groups=GROUPS)["key"]
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.2, 2.5))
        workshop.kill_worker()
    report = until_ended(workshop)

    assert (report["state"], report["campaign"]) == ("delivered", "delivered"), report
    expected = {f"c{number}": group_of(key, f"c{number}") for number in range(1, CUSTOMERS + 1)}
    assert report["recipients"] == sorted([customer, group] for customer, group in expected.items())
    assert len(report["deliveries"]) == len(GROUPS) * len(LISTS)
    for delivery in report["deliveries"]:
        size = report["groups"][delivery["group"]]
        assert delivery["status"] == "completed"
        assert (delivery["counts"]["audience"], delivery["counts"]["added"]) == (size, size)
    for list_name in LISTS:
        for group in GROUPS:
            mine = {email_of(int(customer[1:])) for customer, its in expected.items() if its == group}
            assert set(workshop.sandbox.members(f"{list_name} - {group}")) == mine

    workshop.ask("start")
    again = until_ended(workshop)
    sent = {name for delivery in again["deliveries"] for name, rows in delivery["counts"].items() if rows}
    assert sent == {"audience", "unchanged"}
