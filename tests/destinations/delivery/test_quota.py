from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from destinations.delivery.connector import RateReport
from destinations.delivery.errors import RateLimited
from destinations.delivery.quota import Denied, Quota
from destinations.delivery.specs import AccountRef, Allowance

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def account() -> AccountRef:
    """An account that no other test has used calls of."""
    return AccountRef(kind="hubspot", account=uuid4().hex, app="app")


@pytest.fixture
def quota_of(account: AccountRef) -> Callable[..., Quota]:
    def make(app: str = "app", **allowance: object) -> Quota:
        return Quota(account.model_copy(update={"app": app}), Allowance.model_validate(allowance))

    return make


def take(quota: Quota, calls: int) -> None:
    for _ in range(calls):
        quota.settle(quota.acquire())


def test_it_grants_what_the_window_allows_and_then_says_when_to_come_back(quota_of: Callable[..., Quota]) -> None:
    quota = quota_of(burst=20, window_seconds=10)
    take(quota, 20)

    with pytest.raises(Denied) as denied:
        quota.acquire()

    assert 0 < denied.value.seconds <= 10
    assert not denied.value.daily


def test_two_workers_of_one_app_share_the_window(quota_of: Callable[..., Quota]) -> None:
    take(quota_of(burst=5), 3)
    take(quota_of(burst=5), 2)

    with pytest.raises(Denied):
        quota_of(burst=5).acquire()


def test_each_app_of_an_account_has_a_window_of_its_own(quota_of: Callable[..., Quota]) -> None:
    take(quota_of("one", burst=5), 5)

    take(quota_of("two", burst=5), 5)


def test_a_call_counts_for_a_window_after_its_answer_came(quota_of: Callable[..., Quota]) -> None:
    quota = quota_of(burst=1, window_seconds=0.05)
    call = quota.acquire()
    with pytest.raises(Denied):
        quota.acquire()

    quota.settle(call)

    refusals = refusals_before_the_next_call(quota)
    assert refusals
    assert max(refusals) <= 0.05


def refusals_before_the_next_call(quota: Quota) -> list[float]:
    """How long each refusal said to wait, until a call was granted."""
    refusals = []
    while True:
        try:
            quota.acquire()
        except Denied as denied:
            refusals.append(denied.seconds)
        else:
            return refusals


def test_a_share_is_left_to_others(quota_of: Callable[..., Quota]) -> None:
    quota = quota_of(burst=20, reserve=0.25)
    take(quota, 15)

    with pytest.raises(Denied):
        quota.acquire()


def test_the_limit_is_what_the_answers_say(quota_of: Callable[..., Quota]) -> None:
    quota = quota_of(burst=5)
    take(quota, 5)
    quota.observe(RateReport(limit=190, remaining=185, window_seconds=10))

    take(quota, 185)

    with pytest.raises(Denied):
        quota.acquire()


def test_calls_of_strangers_take_room_in_the_window(quota_of: Callable[..., Quota]) -> None:
    quota = quota_of(burst=100)
    take(quota, 10)
    quota.observe(RateReport(limit=100, remaining=50, window_seconds=10))

    take(quota, 50)

    with pytest.raises(Denied):
        quota.acquire()


def test_a_difference_of_a_few_calls_is_no_stranger(quota_of: Callable[..., Quota]) -> None:
    quota = quota_of(burst=100)
    take(quota, 10)
    quota.observe(RateReport(limit=100, remaining=86, window_seconds=10))

    take(quota, 90)


def test_the_day_is_shared_by_all_apps_of_the_account(quota_of: Callable[..., Quota]) -> None:
    take(quota_of("one", daily=10), 6)
    take(quota_of("two", daily=10), 4)

    with pytest.raises(Denied) as denied:
        quota_of("three", daily=10).acquire()

    assert denied.value.daily
    assert 0 < denied.value.seconds <= 24 * 3600 + 1


def test_the_answers_know_better_what_is_left_of_the_day(quota_of: Callable[..., Quota]) -> None:
    quota = quota_of(burst=1000, daily=10_000, reserve=0.1)
    take(quota, 1)
    quota.observe(RateReport(daily_limit=1_000, daily_remaining=150))

    assert quota.outlook().left_today == 50
    take(quota, 50)

    with pytest.raises(Denied) as denied:
        quota.acquire()
    assert denied.value.daily


def test_an_answer_that_comes_late_gives_no_calls_back(quota_of: Callable[..., Quota]) -> None:
    quota = quota_of()
    quota.observe(RateReport(daily_limit=1_000, daily_remaining=10))
    quota.observe(RateReport(daily_limit=1_000, daily_remaining=12))

    assert quota.outlook().left_today == 10


def test_nobody_knows_what_is_left_of_the_day_before_the_first_answer(quota_of: Callable[..., Quota]) -> None:
    assert quota_of().outlook().left_today is None


@pytest.mark.parametrize(
    ("policy", "retry_after", "seconds"),
    [("TEN_SECONDLY_ROLLING", None, 10), ("SECONDLY", None, 1), ("", None, 10), ("MIGRATION", 86_400.0, 86_400)],
)
def test_a_limit_that_the_destination_names_stops_everybody_for_as_long_as_it_says(
    quota_of: Callable[..., Quota], policy: str, retry_after: float | None, seconds: float
) -> None:
    waits = quota_of().refused(RateLimited("Too many.", policy=policy, retry_after=retry_after))

    assert waits == seconds
    with pytest.raises(Denied) as denied:
        quota_of().acquire()
    assert seconds - 1 < denied.value.seconds <= seconds


def test_the_daily_limit_stops_the_account_until_its_midnight(quota_of: Callable[..., Quota]) -> None:
    quota_of("one", time_zone="Pacific/Kiritimati").refused(RateLimited("Too many.", policy="DAILY"))

    with pytest.raises(Denied) as denied:
        quota_of("two", time_zone="Pacific/Kiritimati").acquire()

    assert denied.value.daily
    assert denied.value.seconds <= 24 * 3600 + 1
