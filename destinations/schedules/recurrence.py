"""When something recurs: values in local time with a zone, so that no clock change shifts them."""

from __future__ import annotations

from calendar import monthrange
from collections import deque
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import chain, islice, takewhile
from typing import TYPE_CHECKING, Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from destinations.schedules.cron import Cron
from destinations.schedules.instants import instant

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTHS_OF_A_QUARTER = 3
FIRST_YEAR, LAST_YEAR = 2000, 2999
MOST_REPEATS = 1000
MOST_COUNTED = 1000
"""The most missed times counted; above it people are told “this many or more”."""
LOOKED_BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=367))
LAST = "last"


class Kind(StrEnum):
    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    CRON = "cron"


class CatchUp(StrEnum):
    """What becomes of times that passed while nothing could be started."""

    LATEST = "latest"  # run once, for the latest of them
    SKIP = "skip"  # wait for the next time


class Schedule(BaseModel):
    """Local times in a zone, each happening exactly once; ends never, on a date or after a number of times.

    `weekdays` are ISO (1 is Monday). `month_day` beyond a month's end is its last day. A quarter is counted from
    the month of `starts_on`. Nothing happens before `not_before`: a schedule made at noon has no run that morning.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    zone: str
    starts_on: date
    at: time = time(9)
    weekdays: frozenset[Annotated[int, Field(ge=1, le=7)]] = frozenset()
    month_day: Annotated[int, Field(ge=1, le=31)] | Literal["last"] = 1
    cron: Annotated[str, Field(max_length=200)] = ""
    ends_on: date | None = None
    ends_after: Annotated[int, Field(ge=1, le=MOST_REPEATS)] | None = None
    catch_up: CatchUp = CatchUp.LATEST
    not_before: datetime | None = None

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        ZoneInfo(name)
        return name

    @field_validator("starts_on")
    @classmethod
    def _is_in_reach(cls, day: date) -> date:
        """At the ends of the calendar no zone can convert a time."""
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            message = f"Choose a day between the years {FIRST_YEAR} and {LAST_YEAR}."
            raise ValueError(message)
        return day

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind is Kind.WEEKLY and not self.weekdays:
            raise ValueError("Choose at least one day of the week.")
        if self.kind is Kind.CRON:
            Cron.parse(self.cron)
        if self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("It ends before it starts.")
        return self

    @property
    def time_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def repeats(self) -> bool:
        return self.kind is not Kind.ONCE

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time later than `moment`; None when there are no more."""
        return next(self.occurrences(after=moment), None)

    def next_times(self, *, after: datetime, count: int) -> list[datetime]:
        return list(islice(self.occurrences(after=after), count))

    def latest(self, *, since: datetime, until: datetime) -> datetime:
        """The last time up to `until`; `since` must itself be one.

        Searches from the end, so that years of minutely times need only a few steps.
        """
        for span in LOOKED_BACK:
            if until - span > since and (found := self._last(until - span, until)):
                return found
        return self._last(since, until) or since

    def count(self, *, since: datetime, until: datetime) -> int:
        """How many times there are from `since`, itself one, to before `until`; at most MOST_COUNTED."""
        later = takewhile(lambda moment: moment < until, self.occurrences(after=since))
        return sum(1 for _ in islice(chain([since] if since < until else [], later), MOST_COUNTED))

    def _last(self, after: datetime, until: datetime) -> datetime | None:
        found = deque(takewhile(lambda moment: moment <= until, self.occurrences(after=after)), maxlen=1)
        return found[0] if found else None

    def occurrences(self, *, after: datetime) -> Iterator[datetime]:
        """Every time later than `after`, in UTC and in order."""
        return (moment for moment in self._counted(after) if moment > after)

    def _counted(self, after: datetime) -> Iterator[datetime]:
        """Times that may be later than `after`; all from the first on when they must be counted."""
        since = self._first_moment() if self.ends_after else max(after, self._first_moment())
        return islice(self._moments(since), self.ends_after)

    def _first_moment(self) -> datetime:
        start = instant(datetime.combine(self.starts_on, time()), self.time_zone)
        return max(start, self.not_before or start)

    def _moments(self, since: datetime) -> Iterator[datetime]:
        """Times from `since` on, each once, up to the last day."""
        zone, latest = self.time_zone, None
        # A day earlier, because a time that the clocks skip moves later.
        start = max(since.astimezone(zone).date() - timedelta(days=1), self.starts_on)
        for local in self._local_times(start):
            if self.ends_on and local.date() > self.ends_on:
                return
            moment = instant(local, zone)
            if moment >= since and moment != latest:
                latest = moment
                yield moment

    def _local_times(self, start: date) -> Iterator[datetime]:
        if self.kind is Kind.CRON:
            return Cron.parse(self.cron).times(datetime.combine(start, time()))
        return (datetime.combine(day, self.at) for day in self._days(start))

    def _days(self, start: date) -> Iterator[date]:
        match self.kind:
            case Kind.ONCE:
                return iter([self.starts_on] if start <= self.starts_on else [])
            case Kind.MONTHLY:
                return self._days_of_months(start, every=1)
            case Kind.QUARTERLY:
                return self._days_of_months(start, every=MONTHS_OF_A_QUARTER)
            case _:
                return self._days_of_weeks(start)

    def _days_of_weeks(self, start: date) -> Iterator[date]:
        """Iterates over day numbers, so that it never passes the last possible date."""
        for number in range(start.toordinal(), date.max.toordinal()):
            day = date.fromordinal(number)
            if self.kind is Kind.DAILY or day.isoweekday() in self.weekdays:
                yield day

    def _days_of_months(self, start: date, *, every: int) -> Iterator[date]:
        first, last = _number_of(self.starts_on), _number_of(date.max)
        skipped = (_number_of(start) - first) // every * every
        for month in range(first + skipped, last, every):
            day = _day_of(month, self.month_day)
            if day >= start:
                yield day


def _number_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def _day_of(month: int, wanted: int | str) -> date:
    year, index = divmod(month, 12)
    days = monthrange(year, index + 1)[1]
    return date(year, index + 1, days if wanted == LAST else min(int(wanted), days))
