"""Cron expressions of five fields: minute, hour, day of month, month, day of week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, 1)}
WEEKDAYS = {name: number for number, name in enumerate(DAY_NAMES)}
EVERY_DAY, EVERY_WEEKDAY = frozenset(range(1, 32)), frozenset(range(1, 8))
SEARCHED = timedelta(days=366 * 8 + 2)  # 29 February recurs within eight years
_PART = re.compile(r"(?P<from>\*|\w+)(-(?P<to>\w+))?(/(?P<step>\d+))?", re.ASCII)


class CronError(ValueError):
    """The expression can't be parsed, or never occurs; the message is for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    low: int
    high: int
    names: Mapping[str, int]

    def parse(self, text: str) -> frozenset[int]:
        return frozenset(number for part in text.split(",") for number in self._part(part))

    def _part(self, part: str) -> range:
        match = _PART.fullmatch(part)
        if match is None:
            raise CronError(f"“{part}” is not a {self.name}.")
        step = int(match["step"] or 1)
        first, last = self._bounds(match)
        if not (self.low <= first <= last <= self.high and step):
            raise CronError(f"“{part}” is not a {self.name}: use {self.low} to {self.high}.")
        return range(first, last + 1, step)

    def _bounds(self, match: re.Match[str]) -> tuple[int, int]:
        if match["from"] == "*":
            return self.low, self.high
        first = self._number(match["from"])
        if match["to"]:
            return first, self._number(match["to"])
        return first, self.high if match["step"] else first

    def _number(self, text: str) -> int:
        if text.isdecimal() and len(text) <= len(str(self.high)):
            return int(text)
        try:
            return self.names[text]
        except KeyError:
            raise CronError(f"“{text}” is not a {self.name}.") from None


FIELDS = (
    Field("minute", 0, 59, {}),
    Field("hour", 0, 23, {}),
    Field("day of the month", 1, 31, {}),
    Field("month", 1, 12, MONTHS),
    Field("day of the week", 0, 7, WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """As in cron: when days of the month and of the week are both restricted, either one matches."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None  # None: every day
    months: frozenset[int]
    weekdays: frozenset[int] | None  # ISO, 1 is Monday; None: every day

    @classmethod
    def parse(cls, expression: str) -> Self:
        """Raises CronError for what can't be parsed and for days that never come, such as 30 February."""
        texts = expression.lower().split()
        if len(texts) != len(FIELDS):
            raise CronError("A cron expression has five fields: minute, hour, day of month, month, day of week.")
        minutes, hours, days, months, weekdays = (
            field.parse(text) for field, text in zip(FIELDS, texts, strict=True)
        )
        iso = frozenset(day or 7 for day in weekdays)
        cron = cls(
            minutes=minutes,
            hours=hours,
            days=None if days == EVERY_DAY else days,
            months=months,
            weekdays=None if iso == EVERY_WEEKDAY else iso,
        )
        if next(cron.times(datetime(2000, 1, 1)), None) is None:  # noqa: DTZ001  local time
            raise CronError(f"“{expression}” never happens.")
        return cron

    def times(self, start: datetime) -> Iterator[datetime]:
        """Local times from `start` on, in order; ends when `SEARCHED` passes without one."""
        found = day = start.date()
        while day - found <= SEARCHED:
            if self._includes(day):
                found = day
                yield from (moment for moment in self._times_on(day) if moment >= start)
            day += timedelta(days=1)

    def _includes(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_month, by_week = self.days, self.weekdays
        if by_month is not None and by_week is not None:
            return day.day in by_month or day.isoweekday() in by_week
        return (by_month is None or day.day in by_month) and (by_week is None or day.isoweekday() in by_week)

    def _times_on(self, day: date) -> Iterator[datetime]:
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                yield datetime.combine(day, time(hour, minute))
