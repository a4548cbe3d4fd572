"""The windows of calls: rolling ten seconds per app, days per account, seconds for search and tokens."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from destinations.hubspot.sandbox.errors import ApiError, rate_limited

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.clock import Clock
    from destinations.hubspot.sandbox.messages import Headers
    from destinations.hubspot.sandbox.store.portals import Portal
    from destinations.hubspot.sandbox.store.tokens import Token
    from destinations.hubspot.sandbox.switches import Switches

ROLLING_SECONDS = 10.0
SEARCHES_PER_SECOND = 5


class SlidingWindow:
    """At most `limit` calls within any `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._taken: deque[float] = deque()

    def take(self, now: float) -> bool:
        """Takes one call if the window has room."""
        if self.remaining(now) <= 0:
            return False
        self._taken.append(now)
        return True

    def remaining(self, now: float) -> int:
        while self._taken and self._taken[0] <= now - self.seconds:
            self._taken.popleft()
        return self.limit - len(self._taken)


@dataclass(slots=True)
class Day:
    """The calls of one account since midnight in its time zone."""

    ends: float
    used: int = 0


def next_midnight(now: float, time_zone: str) -> float:
    today = datetime.fromtimestamp(now, ZoneInfo(time_zone))
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(days=1)
    return midnight.replace(tzinfo=ZoneInfo(time_zone)).timestamp()


class Limits:
    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._windows: dict[tuple[str, int, int], SlidingWindow] = {}
        self._days: dict[int, Day] = {}

    def reset(self) -> None:
        self._windows.clear()
        self._days.clear()

    def used_today(self, portal: Portal) -> Day:
        now = self._clock.now()
        day = self._days.get(portal.id)
        if day is None or day.ends <= now:
            day = self._days[portal.id] = Day(next_midnight(now, portal.time_zone))
        return day

    def use_up(self, portal: Portal, used: int) -> None:
        """Sets how many of today's calls are used up."""
        self.used_today(portal).used = used

    def admit(self, portal: Portal, token: Token) -> Headers:
        """Counts a normal call and returns its headers; raises 429 when a window is full."""
        if not self._switches.limits:
            return ()
        window = self._rolling(portal, token)
        now = self._clock.now()
        if window.remaining(now) <= 0:
            raise self._refused(portal, "TEN_SECONDLY_ROLLING", f"{token.rate_group}-ten-secondly", token)
        self._count_day(portal, token)
        window.take(now)
        return self.headers(portal, token)

    def admit_search(self, portal: Portal, token: Token) -> Headers:
        if not self._switches.limits:
            return ()
        window = self._window(("search", portal.id, 0), SEARCHES_PER_SECOND, 1.0)
        if window.remaining(self._clock.now()) <= 0:
            raise self._refused(portal, "SECONDLY", f"crm:search:{token.kind}", token)
        self._count_day(portal, token)
        window.take(self._clock.now())
        return ()

    def admit_token(self, client: int) -> None:
        if not self._switches.limits or not self._switches.token_calls_per_second:
            return
        window = self._window(("token", client, 0), self._switches.token_calls_per_second, 1.0)
        if not window.take(self._clock.now()):
            raise ApiError(
                429,
                "You have reached your rate limit.",
                errorType="RATE_LIMIT",
                policyName="SECONDLY",
            )

    def headers(self, portal: Portal, token: Token) -> Headers:
        window = self._rolling(portal, token)
        remaining = max(0, window.remaining(self._clock.now()))
        rolling = {
            "X-HubSpot-RateLimit-Max": window.limit,
            "X-HubSpot-RateLimit-Remaining": remaining,
            "X-HubSpot-RateLimit-Interval-Milliseconds": int(ROLLING_SECONDS * 1000),
            "X-HubSpot-RateLimit-Secondly": window.limit // 10,
            "X-HubSpot-RateLimit-Secondly-Remaining": min(remaining, window.limit // 10),
        }
        daily = {} if token.is_oauth else self._daily_headers(portal)
        return tuple((name, str(value)) for name, value in (rolling | daily).items())

    def _daily_headers(self, portal: Portal) -> dict[str, int]:
        left = max(0, portal.tier.daily - self.used_today(portal).used)
        return {"X-HubSpot-RateLimit-Daily": portal.tier.daily, "X-HubSpot-RateLimit-Daily-Remaining": left}

    def _rolling(self, portal: Portal, token: Token) -> SlidingWindow:
        """Private apps: one window per app. OAuth: one per app and installing account, regardless of tier."""
        limit = 110 if token.is_oauth else portal.tier.burst
        return self._window(("rolling", token.app, portal.id), limit, ROLLING_SECONDS)

    def _window(self, key: tuple[str, int, int], limit: int, seconds: float) -> SlidingWindow:
        window = self._windows.setdefault(key, SlidingWindow(limit, seconds))
        window.limit = limit
        return window

    def _count_day(self, portal: Portal, token: Token) -> None:
        day = self.used_today(portal)
        if day.used >= portal.tier.daily:
            raise self._refused(portal, "DAILY", "", token)
        day.used += 1

    def _refused(self, portal: Portal, policy: str, group: str, token: Token) -> ApiError:
        if self._switches.rejected_calls_count_in_daily:
            self.used_today(portal).used += 1
        named = f"publicapi:{group}:{token.app}:{portal.id}" if group else ""
        return rate_limited(policy, group=named, as_category=self._switches.rate_limit_as_category)
