"""Making calls: as many in parallel as allowed, and none against the limits, the clock or a person's stop."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from django.db import connections

from destinations.delivery.errors import RateLimited, RefusedError, Unavailable
from destinations.delivery.leases import LeaseLost
from destinations.delivery.quota import Denied

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterator, Sequence

    from destinations.delivery.quota import Quota

IN_FLIGHT = 10
"""Enough for 190 calls in 10 s when a call takes up to half a second."""

TROUBLES_IN_A_ROW = 3
"""After this many unanswered calls the destination is left alone for a while."""

TIMELINE_SECONDS = 10

Batch = TypeVar("Batch")
Answer = TypeVar("Answer")


class Why(StrEnum):
    """Why work is put off."""

    LIMIT = "limit"  # a limit of the destination
    DAY = "day"  # the day's calls are used up
    TURN = "turn"  # other work waits for this worker
    STOP = "stop"  # a person stopped it
    TROUBLE = "trouble"  # the destination does not answer


class Pause(Exception):  # noqa: N818 - work goes on later
    """Work must resume after `seconds`; every answer so far has been delivered to the caller."""

    def __init__(self, why: Why, seconds: float = 0.0) -> None:
        super().__init__(f"{why}: {seconds:.1f} s")
        self.why = why
        self.seconds = seconds


class Stint:
    """One worker's turn: its deadline, and what may end it sooner.

    `watch` is called before each request and raises if the request must not be made.
    """

    def __init__(self, *, until: float, watch: Callable[[], None]) -> None:
        self._until = until
        self._watch = watch

    def require(self) -> None:
        self._watch()
        if time.monotonic() >= self._until:
            raise Pause(Why.TURN)


class QuotaCalls:
    """`connector.Calls` over one account's quota, within one stint."""

    def __init__(
        self,
        quota: Quota,
        stint: Stint,
        pool: ThreadPoolExecutor,
        *,
        about_to_create: Callable[[Sequence[int]], None],
    ) -> None:
        self._quota = quota
        self._stint = stint
        self._pool = pool
        self._about_to_create = about_to_create
        self._troubles_in_a_row = 0
        self.made: Counter[str] = Counter()
        self.timeline: Counter[int] = Counter()
        self.answered = 0
        self.unanswered = 0

    def about_to_create(self, rows: Sequence[int]) -> None:
        self._about_to_create(rows)

    def one(self, call: Callable[[], Answer], *, purpose: str) -> Answer:
        self._stint.require()
        answer = self._taken(self._launch(call, purpose=purpose))
        if isinstance(answer, RateLimited):
            raise Pause(Why.LIMIT, self._quota.refused(answer))
        if isinstance(answer, Unavailable):
            raise Pause(Why.TROUBLE)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def each(
        self, call: Callable[[Batch], Answer], batches: deque[Batch], *, purpose: str
    ) -> Iterator[tuple[Batch, Answer | RefusedError]]:
        flying: dict[Future[Answer], Batch] = {}
        ending: Exception | None = None
        try:
            while batches or flying:
                if ending is None or (isinstance(ending, Pause) and ending.why is Why.LIMIT):
                    ending = self._fill(flying, call, batches, purpose)
                if not flying:
                    break
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    batch = flying.pop(future)
                    answer = self._taken(future)
                    if isinstance(answer, RateLimited):
                        self._quota.refused(answer)
                        batches.appendleft(batch)
                    elif isinstance(answer, Exception) and not isinstance(answer, RefusedError):
                        ending = ending or self._ending(answer)
                    else:
                        yield batch, answer
        finally:
            wait(flying)
        if ending is not None:
            raise ending

    def _fill(
        self,
        flying: dict[Future[Answer], Batch],
        call: Callable[[Batch], Answer],
        batches: deque[Batch],
        purpose: str,
    ) -> Exception | None:
        """Launches as many calls as it may now; returns what prevents more, if anything."""
        try:
            while batches and len(flying) < IN_FLIGHT:
                self._stint.require()
                future = self._launch(partial(call, batches[0]), purpose=purpose)
                flying[future] = batches.popleft()
        except (Pause, LeaseLost) as reason:
            return reason
        return None

    def _launch(self, call: Callable[[], Answer], *, purpose: str) -> Future[Answer]:
        try:
            granted = self._quota.acquire()
        except Denied as denied:
            raise Pause(Why.DAY if denied.daily else Why.LIMIT, denied.seconds) from denied
        self.made[purpose] += 1
        self.timeline[int(time.time()) // TIMELINE_SECONDS] += 1
        context = copy_context()  # the tenant's scope, for a credential that must be refreshed
        return self._pool.submit(context.run, self._make, granted, call)

    def _make(self, granted: str, call: Callable[[], Answer]) -> Answer:
        try:
            with self._quota.granted(granted):
                return call()
        finally:
            connections.close_all()  # this thread's own, if the call needed one

    def _taken(self, future: Future[Answer]) -> Answer | Exception:
        """The call's answer or error; also counts unanswered calls."""
        try:
            answer: Answer | Exception = future.result()
        except Exception as error:  # noqa: BLE001 - the caller decides what each kind means
            answer = error
        if isinstance(answer, Unavailable):
            self.unanswered += 1
            self._troubles_in_a_row += 1
        else:
            self.answered += 1
            self._troubles_in_a_row = 0
        return answer

    def _ending(self, error: Exception) -> Exception | None:
        if not isinstance(error, Unavailable):
            return error
        return Pause(Why.TROUBLE) if self._troubles_in_a_row >= TROUBLES_IN_A_ROW else None
