from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from destinations.delivery.calls import Pause, QuotaCalls, Stint, Why
from destinations.delivery.errors import AuthorisationError, RateLimited, RefusedError, Unavailable
from destinations.delivery.quota import Quota
from destinations.delivery.specs import AccountRef, Allowance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def nothing() -> None:
    """Nothing speaks against going on."""


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(10) as pool:
        yield pool


@pytest.fixture
def make_calls(pool: ThreadPoolExecutor) -> Callable[..., QuotaCalls]:
    account = AccountRef(kind="hubspot", account=uuid4().hex, app="app")

    def make(*, seconds: float = 60, watch: Callable[[], None] = nothing, burst: int = 1000) -> QuotaCalls:
        quota = Quota(account, Allowance(burst=burst))
        stint = Stint(until=time.monotonic() + seconds, watch=watch)
        return QuotaCalls(quota, stint, pool, about_to_create=lambda _: None)

    return make


def answers(
    calls: QuotaCalls, call: Callable[[int], object], batches: Sequence[int]
) -> tuple[dict[int, object], Exception | None]:
    """What was handed out, and what ended it."""
    handed: dict[int, object] = {}
    try:
        for batch, answer in calls.each(call, deque(batches), purpose="read"):
            handed.update({batch: answer})
    except Exception as error:  # noqa: BLE001 - the tests look at it
        return handed, error
    return handed, None


def test_every_batch_gets_its_answer(make_calls: Callable[..., QuotaCalls]) -> None:
    calls = make_calls()

    handed, ending = answers(calls, lambda batch: batch * 10, range(50))

    assert handed == {batch: batch * 10 for batch in range(50)}
    assert ending is None
    assert calls.made == {"read": 50}


def test_several_calls_are_in_flight_at_once(make_calls: Callable[..., QuotaCalls]) -> None:
    together = threading.Barrier(10, timeout=20)

    handed, _ = answers(make_calls(), lambda _: together.wait(), range(20))

    assert len(handed) == 20


def test_a_refused_batch_is_handed_out_and_its_halves_may_follow(make_calls: Callable[..., QuotaCalls]) -> None:
    def call(batch: tuple[int, ...]) -> int:
        if len(batch) > 1:
            raise RefusedError("One of them is bad.")
        return batch[0]

    batches: deque[tuple[int, ...]] = deque([(1, 2)])
    handed = []
    for batch, answer in make_calls().each(call, batches, purpose="update"):
        if isinstance(answer, RefusedError):
            batches.extend((batch[:1], batch[1:]))
        else:
            handed.append(answer)

    assert sorted(handed) == [1, 2]


def test_when_the_limit_is_reached_what_was_answered_is_handed_out_first(
    make_calls: Callable[..., QuotaCalls],
) -> None:
    handed, ending = answers(make_calls(burst=7), lambda batch: batch, range(20))

    assert len(handed) == 7
    assert isinstance(ending, Pause)
    assert ending.why is Why.LIMIT
    assert 0 < ending.seconds <= 10


def test_a_call_that_met_a_limit_is_made_again_later_and_none_before(
    make_calls: Callable[..., QuotaCalls],
) -> None:
    def call(batch: int) -> int:
        raise RateLimited("Too many.", policy="SECONDLY")

    calls = make_calls()
    batches = deque(range(30))
    with pytest.raises(Pause) as pause:
        list(calls.each(call, batches, purpose="read"))

    assert pause.value.why is Why.LIMIT
    assert len(batches) == 30
    assert calls.made["read"] <= 10


def test_an_unanswered_call_is_never_handed_out_and_the_others_are(make_calls: Callable[..., QuotaCalls]) -> None:
    def call(batch: int) -> int:
        if batch == 5:
            raise Unavailable("No answer.", maybe_written=True)
        return batch

    calls = make_calls()
    handed, ending = answers(calls, call, range(20))

    assert set(handed) == set(range(20)) - {5}
    assert ending is None
    assert (calls.answered, calls.unanswered) == (19, 1)


def test_a_destination_that_answers_nothing_is_left_alone_after_a_few_calls(
    make_calls: Callable[..., QuotaCalls],
) -> None:
    def call(batch: int) -> int:
        raise Unavailable("No answer.", maybe_written=False)

    calls = make_calls()
    handed, ending = answers(calls, call, range(1000))

    assert handed == {}
    assert isinstance(ending, Pause)
    assert ending.why is Why.TROUBLE
    assert calls.made["read"] < 20


def test_a_permanent_error_ends_it_after_the_calls_in_flight_are_handed_out(
    make_calls: Callable[..., QuotaCalls],
) -> None:
    refused = threading.Event()

    def call(batch: int) -> int:
        if batch == 0:
            refused.set()
            raise AuthorisationError("The credential is refused.")
        assert refused.wait(20)
        return batch

    handed, ending = answers(make_calls(), call, range(100))

    assert set(handed) >= set(range(1, 10))
    assert len(handed) < 30
    assert isinstance(ending, AuthorisationError)


def test_an_unknown_error_ends_it_and_is_not_repeated(make_calls: Callable[..., QuotaCalls]) -> None:
    made = []

    def call(batch: int) -> int:
        made.append(batch)
        return 1 // batch

    _, ending = answers(make_calls(), call, [0])

    assert isinstance(ending, ZeroDivisionError)
    assert made == [0]


def test_no_call_is_made_after_the_turn_is_over(make_calls: Callable[..., QuotaCalls]) -> None:
    handed, ending = answers(make_calls(seconds=-1), lambda batch: batch, range(5))

    assert handed == {}
    assert isinstance(ending, Pause)
    assert ending.why is Why.TURN


def test_a_stop_lets_the_calls_in_flight_end_and_makes_no_more(make_calls: Callable[..., QuotaCalls]) -> None:
    stopped = threading.Event()

    def watch() -> None:
        if stopped.is_set():
            raise Pause(Why.STOP)

    def call(batch: int) -> int:
        stopped.set()
        return batch

    handed, ending = answers(make_calls(watch=watch), call, range(100))

    assert 1 <= len(handed) <= 10
    assert isinstance(ending, Pause)
    assert ending.why is Why.STOP
