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

pytestmark = pytest.mark.long

KILLS = int(os.environ.get("MUSTER_KILLS", "20"))
AUDIENCE = 2_000
PRESENT = 1_400
ENDED = {"completed", "completed_with_errors", "failed", "stopped", "held"}
PATIENCE_SECONDS = 180.0


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Workshop(tmp_path_factory.mktemp("kills") / "muster", SHORT_LEASES, ("--latency-ms", "30")) as workshop:
        workshop.sandbox.switch(limits=False)
        workshop.sandbox.add_contacts(*addresses(PRESENT))
        yield workshop


def addresses(count: int) -> list[str]:
    return [f"p{number}@example.com" for number in range(1, count + 1)]


class Send:
    """A delivery to a list of its own, which creates the contacts that are missing."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        state = workshop.sandbox.state()
        self._present, number = len(state["contacts"]), len(state["lists"]) + 1
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

    @classmethod
    def under_way(cls, workshop: Workshop) -> Send:
        """A part of it has arrived; one of which all arrives before anybody looks is followed by another."""
        while True:
            send = cls(workshop)
            if send.first_arrived() < AUDIENCE:
                return send

    def first_arrived(self) -> int:
        until = time.monotonic() + PATIENCE_SECONDS
        while not (members := self._members()):
            assert time.monotonic() < until, f"{self.report()} does not begin"
            time.sleep(0.05)
        return len(members)

    def _members(self) -> list[str]:
        """Their addresses at HubSpot."""
        found = self._workshop.sandbox.state()["lists"].get(self.list_name, {"members": []})
        return sorted(found["members"])

    def until_ended(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.has_ended():
            assert time.monotonic() < until, f"{self.report()} waits for ever"
            time.sleep(0.5)
        return self.report()

    def assert_as_undisturbed(self) -> None:
        report = self.until_ended()
        assert report["status"] == "completed", report
        expected = {f"c{n}": "added" if n <= self._present else "created" for n in range(1, AUDIENCE + 1)}
        assert self._workshop.ask("outcomes", delivery=self._delivery) == expected
        state = self._workshop.sandbox.state()
        assert sorted(state["contacts"]) == sorted(addresses(AUDIENCE))
        assert self._members() == sorted(addresses(AUDIENCE))
        assert {contact["properties"]["city"] for contact in state["contacts"].values()} == {"Rome"}


@pytest.mark.chaos
def test_workers_killed_at_random_points_change_nothing(workshop: Workshop) -> None:
    chance = random.Random(KILLS)  # noqa: S311 - a test that can be repeated
    killed = 0
    while killed < KILLS:
        send = Send(workshop)
        while killed < KILLS and not send.has_ended():
            time.sleep(chance.uniform(0.1, 3.0))
            workshop.kill_worker()
            killed += 1
        send.assert_as_undisturbed()


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
    send = Send.under_way(workshop)
    pull_the_plug(workshop)

    send.assert_as_undisturbed()
