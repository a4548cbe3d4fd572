"""A runner works for one account: slice by slice, over all its deliveries in turn, for a minute at most.

It never waits: when the account's limits say "later", it is enqueued for later and frees the worker.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from destinations.delivery.calls import IN_FLIGHT
from destinations.delivery.due import due_work
from destinations.delivery.leases import Keeper
from destinations.delivery.seats import SECONDS_IN_QUEUE, Seat, take_free_seats
from destinations.delivery.work import work_on
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from destinations.delivery.calls import Pause

STINT_SECONDS = 60.0
# From the message to the first call: a worker takes it, leases a slice and reads it.
GETTING_STARTED_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 900.0  # then it asks again; the broker delays no message for more than an hour


def wake(account: str) -> None:
    """Starts a runner for each delivery with a slice to work on, as long as the account has free seats."""
    for seat in take_free_seats(account, wanted=len(due_work(account=account))):
        _enqueue(seat)


def run(seat: Seat) -> None:
    """Runs one stint. Gives up the seat when there is nothing to do, else re-enqueues itself."""
    if not seat.keep():
        return
    with Keeper(seat.keep), ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="call") as pool:
        pause = _work(seat.account, pool)
    if pause is None:
        seat.leave()
        wake(seat.account)  # work may have come up since the last look
        return
    wait = max(0.0, min(pause.seconds, LONGEST_WAIT_SECONDS) - GETTING_STARTED_SECONDS)
    if seat.keep(wait + SECONDS_IN_QUEUE):
        _enqueue(seat, countdown=wait)


def _work(account: str, pool: ThreadPoolExecutor) -> Pause | None:
    """Works until nothing is due (None) or the account must pause."""
    until = time.monotonic() + STINT_SECONDS
    while due := due_work(account=account):
        nxt = due[0]
        with tenant_scope(nxt.tenant_id):
            pause = work_on(nxt.delivery_id, until=until, pool=pool)
        if pause is not None:
            return pause
    return None


def _enqueue(seat: Seat, *, countdown: float = 0.0) -> None:
    from destinations.delivery.tasks import run_account

    run_account.apply_async(
        kwargs={"account": seat.account, "seat": seat.number, "token": seat.token}, countdown=countdown
    )
