"""The calls that one account may make now, shared by all workers: granted, or when to ask again.

Two limits hold at once. The burst limit belongs to the application and the account; the daily one to the account,
across applications and tenants. Both follow the destination's answers; until it states a limit, the settings'
allowance holds. All arithmetic is in `quota.lua`, by Redis's clock.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

import redis
import structlog
from django.conf import settings

from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from destinations.delivery.connector import RateReport
    from destinations.delivery.errors import RateLimited
    from destinations.delivery.specs import AccountRef, Allowance

HOLD_SECONDS = 120.0  # longer than any call may take; then the call of a dead worker stops counting
WANTED = 16  # when asking too early grants one call at a time; this many are worth coming back for
DAILY_POLICY = "DAILY"
WITHOUT_A_WAIT = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0}  # the windows stated by the policies' names
UNKNOWN_LIMIT_WAIT = 10.0

log = structlog.get_logger(__name__)


class Denied(Exception):  # noqa: N818 - an answer, not an error
    """Not now: ask again in `seconds`; `daily` means the day's calls are used up."""

    def __init__(self, seconds: float, *, daily: bool) -> None:
        super().__init__(f"The account's limit allows the next call in {seconds:.1f} s.")
        self.seconds = seconds
        self.daily = daily


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left: calls today above the reserve, calls per window. None: unknown."""

    left_today: int | None
    burst: int | None


@dataclass(frozen=True, slots=True)
class Today:
    """Today's calls of the account: ours, and the limit for all its apps with what is left. None: unknown."""

    ours: int
    limit: int | None
    left: int | None

    @property
    def used(self) -> int:
        """Calls by all apps of the account, as far as it reports them; at least ours."""
        known = None not in {self.limit, self.left}
        return max(self.ours, (self.limit or 0) - (self.left or 0)) if known else self.ours


class Quota:
    """The limits of one account, as seen by one worker. Safe to use from several threads."""

    def __init__(self, account: AccountRef, allowance: Allowance) -> None:
        self._account = account
        self._allowance = allowance
        self._burst_key = f"muster:quota:burst:{account}"
        self._account_key = f"muster:quota:account:{account}"

    def acquire(self) -> str:
        """Grants one call and returns its name for `settle`; raises Denied otherwise."""
        call = uuid4().hex
        allowance = self._allowance
        granted, wait, why = self._run(
            "acquire",
            call,
            allowance.burst,
            _milliseconds(allowance.window_seconds),
            _milliseconds(HOLD_SECONDS),
            allowance.reserve,
            WANTED,
            self._daily_budget,
        )
        if not granted:
            daily = why == b"daily"
            raise Denied(self._seconds_left_today() if wait < 0 else wait / 1000, daily=daily)
        return call

    def settle(self, call: str) -> None:
        """Ends the call: its answer has come, or certainly never will."""
        self._run("settle", call, _milliseconds(self._allowance.window_seconds))

    @contextmanager
    def granted(self, call: str) -> Iterator[None]:
        try:
            yield
        finally:
            self.settle(call)

    def observe(self, report: RateReport) -> None:
        """Adopts what an answer said about limits."""
        window = report.window_seconds
        self._run(
            "observe",
            _or_minus_one(report.limit),
            _or_minus_one(report.remaining),
            -1 if window is None else _milliseconds(window),
            _or_minus_one(report.daily_limit),
            _or_minus_one(report.daily_remaining),
        )

    def refused(self, error: RateLimited) -> float:
        """The destination reported a limit although we kept to those known; returns the seconds to pause calls."""
        daily = error.policy == DAILY_POLICY
        wait = error.retry_after
        if wait is None:
            wait = self._seconds_left_today() if daily else WITHOUT_A_WAIT.get(error.policy, UNKNOWN_LIMIT_WAIT)
        self._run("block", "daily" if daily else "burst", _milliseconds(wait))
        log.warning("destination_named_a_limit", policy=error.policy, seconds=wait)
        return wait

    def outlook(self) -> Outlook:
        left, burst, _ = self._run("outlook", self._daily_budget, self._allowance.reserve)
        return Outlook(left_today=None if left < 0 else left, burst=None if burst < 0 else burst)

    def today(self) -> Today:
        ours, limit, left = cast("tuple[int, int, int]", self._run("today", self._daily_budget))
        return Today(ours, limit=None if limit < 0 else limit, left=None if left < 0 else left)

    @property
    def _daily_budget(self) -> int:
        return _or_minus_one(self._allowance.daily)

    def _run(self, what: str, *arguments: float | str) -> tuple[int, int, bytes]:
        answer = _script()(keys=[self._burst_key, self._account_key, self._day_key()], args=[what, *arguments])
        return cast("tuple[int, int, bytes]", tuple(cast("list[Any]", answer)))

    def _day_key(self) -> str:
        account = self._account
        return f"muster:quota:day:{account.kind}:{account.account}:{self._local_now():%Y-%m-%d}"

    def _local_now(self) -> datetime:
        return clock.now().astimezone(ZoneInfo(self._allowance.time_zone))

    def _seconds_left_today(self) -> float:
        now = self._local_now()
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=now.tzinfo)
        return (midnight - now).total_seconds() + 1


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _or_minus_one(value: int | None) -> int:
    return -1 if value is None else value


@cache
def connection() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL)


@cache
def _script() -> Any:
    text = (Path(__file__).parent / "quota.lua").read_text()
    return connection().register_script(text)
