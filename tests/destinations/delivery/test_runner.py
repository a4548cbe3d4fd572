"""The runner and its tasks, on a real Celery worker."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from celery.contrib.testing.worker import start_worker

from config.celery import app
from destinations.delivery import tasks  # noqa: F401 - registered before the worker looks
from destinations.delivery.models import Delivery
from destinations.delivery.seats import RUNNERS_PER_ACCOUNT, take_free_seats
from destinations.delivery.specs import Allowance
from tests.destinations.delivery.desk import Desk, people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox import Sandbox


@pytest.fixture
def worker(desk: Desk) -> Iterator[None]:
    """One worker for all queues, in a thread of this process."""
    with start_worker(app, pool="solo", queues=["default", "engine", "send"], perform_ping_check=False):
        yield


def until_finished(desk: Desk, delivery: Delivery, *, patience: float = 60.0) -> Delivery:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        now = desk.now(delivery)
        if now.is_finished:
            return now
        time.sleep(0.1)
    raise AssertionError(desk.now(delivery).status)


@pytest.mark.long
def test_a_delivery_runs_by_tasks_alone(worker: None, desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")

    finished = until_finished(desk, desk.start(people(1, 2, 3)))

    assert finished.status == Delivery.Status.COMPLETED
    assert sandbox.members("VIPs") == ["p1@example.com", "p2@example.com"]


@pytest.mark.long
def test_a_runner_that_meets_the_limit_comes_back_by_itself(worker: None, desk: Desk, sandbox: Sandbox) -> None:
    allowance = Allowance(burst=5, window_seconds=0.5)
    desk.settings = desk.settings.model_copy(update={"allowance": allowance})
    sandbox.add_contacts(*(f"p{number}@example.com" for number in range(1200)))

    finished = until_finished(desk, desk.start(people(*range(1200))))

    assert finished.status == Delivery.Status.COMPLETED
    assert desk.calls(finished) == {"prepare": 2, "read": 12, "membership": 2}


def test_an_account_has_no_more_runners_than_seats(desk: Desk) -> None:
    account = str(desk.settings.account)

    assert len(take_free_seats(account)) == RUNNERS_PER_ACCOUNT
    assert take_free_seats(account) == []


def test_a_runner_whose_seat_was_taken_by_another_leaves(desk: Desk) -> None:
    account = str(desk.settings.account)
    (first, *_) = take_free_seats(account)
    first.leave()
    (second, *_) = take_free_seats(account)

    assert not first.keep()
    assert second.keep()
