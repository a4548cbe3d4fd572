"""Processes die at any moment, and the end is that of an undisturbed send: HubSpot's state and every outcome."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING, Any

import pytest

from runtime.postgresql import PostgreSQL
from runtime.valkey import Valkey
from tests.destinations.delivery.workshop import SHORT_LEASES, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.long

KILLS = int(os.environ.get("MUSTER_KILLS", "20"))
AUDIENCE = 2_000
PRESENT = 1_400
ENDED = {"completed", "completed_with_errors", "failed", "stopped", "held"}
PATIENCE_SECONDS = 180.0


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop(tmp_path / "muster", SHORT_LEASES, ("--latency-ms", "30")) as workshop:
        workshop.sandbox.switch(limits=False)
        workshop.sandbox.add_contacts(*addresses(PRESENT))
        yield workshop


def addresses(count: int) -> list[str]:
    return [f"p{number}@example.com" for number in range(1, count + 1)]


class Send:
    """A delivery to a list of its own, which creates the contacts that are missing."""

    def __init__(self, workshop: Workshop, number: int) -> None:
        self._workshop = workshop
        self.list_name = f"List {number}"
        account = workshop.sandbox.account
        self._delivery = workshop.ask(
            "start",
            portal=account.portal,
            token=account.token,
            audience=AUDIENCE,
            list_name=self.list_name,
            owner=number,
            fields=["city"],
            status=True,
            create_missing=True,
        )["delivery"]

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = self._workshop.ask("report", delivery=self._delivery)
        return report

    def has_ended(self) -> bool:
        return self.report()["status"] in ENDED

    def until_ended(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.has_ended():
            assert time.monotonic() < until, f"{self.report()} waits for ever"
            time.sleep(0.5)
        return self.report()

    def assert_as_undisturbed(self, *, first: bool) -> None:
        """The first send creates who is missing; later ones find everybody."""
        report = self.until_ended()
        assert report["status"] == "completed", report
        found = PRESENT if first else AUDIENCE
        expected = {f"c{n}": "added" if n <= found else "created" for n in range(1, AUDIENCE + 1)}
        assert self._workshop.ask("outcomes", delivery=self._delivery) == expected
        state = self._workshop.sandbox.state()
        assert sorted(state["contacts"]) == sorted(addresses(AUDIENCE))
        assert sorted(state["lists"][self.list_name]["members"]) == sorted(addresses(AUDIENCE))
        assert {contact["properties"]["city"] for contact in state["contacts"].values()} == {"Rome"}


@pytest.mark.chaos
def test_workers_killed_at_random_points_change_nothing(workshop: Workshop) -> None:
    chance = random.Random(KILLS)  # noqa: S311 - a test that can be repeated
    killed, number = 0, 0
    while killed < KILLS:
        number += 1
        send = Send(workshop, number)
        while killed < KILLS and not send.has_ended():
            time.sleep(chance.uniform(0.1, 3.0))
            workshop.kill_worker()
            killed += 1
        send.assert_as_undisturbed(first=number == 1)


@pytest.mark.parametrize(
    "pull_the_plug",
    [
        lambda workshop: workshop.restart_server(PostgreSQL.name),
        lambda workshop: workshop.restart_server(Valkey.name),
        lambda workshop: workshop.restart_sandbox(),
    ],
    ids=["postgresql", "valkey", "sandbox"],
)
def test_a_server_restarted_while_sending_changes_nothing(
    workshop: Workshop, pull_the_plug: Callable[[Workshop], None]
) -> None:
    send = Send(workshop, 1)
    time.sleep(4)
    pull_the_plug(workshop)

    send.assert_as_undisturbed(first=True)
