"""A schedule described to the person who made it."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

from destinations.schedules.cron import MONTHS, Cron
from destinations.schedules.recurrence import LAST, MONTHS_OF_A_QUARTER, CatchUp, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from destinations.schedules.recurrence import Schedule

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORKING_DAYS = frozenset({1, 2, 3, 4, 5})
MOST_TIMES_TOLD = 6
CAUGHT_UP = {
    CatchUp.LATEST: "Runs once, for the latest time that was missed",
    CatchUp.SKIP: "Leaves missed times out",
}
MINUTES, HOURS = frozenset(range(60)), frozenset(range(24))


def in_words(schedule: Schedule) -> str:
    """“Every Monday and Thursday at 09:00, Europe/Berlin, until 31 December 2026”."""
    return ", ".join([_when(schedule), schedule.zone.replace("_", " "), *_end(schedule)])


def after_an_outage(schedule: Schedule) -> str:
    """What becomes of times that passed while nothing could be started."""
    return CAUGHT_UP[schedule.catch_up]


def _when(schedule: Schedule) -> str:
    at = f"at {schedule.at:%H:%M}"
    match schedule.kind:
        case Kind.ONCE:
            return f"Once, on {told(schedule.starts_on)} {at}"
        case Kind.DAILY:
            return f"Every day {at}"
        case Kind.WEEKLY:
            return f"Every {_weekdays(schedule.weekdays)} {at}"
        case Kind.MONTHLY:
            return f"On {_month_day(schedule)} of every month {at}"
        case Kind.QUARTERLY:
            return f"On {_month_day(schedule)} of {_quarter(schedule.starts_on)} {at}"
        case Kind.CRON:
            return _cron(Cron.parse(schedule.cron))


def _end(schedule: Schedule) -> Iterable[str]:
    if schedule.repeats and schedule.ends_on:
        yield f"until {told(schedule.ends_on)}"
    if schedule.repeats and schedule.ends_after:
        yield "once" if schedule.ends_after == 1 else f"{schedule.ends_after} times"


def told(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _weekdays(numbers: Collection[int]) -> str:
    if set(numbers) == WORKING_DAYS:
        return "weekday"
    return "day" if len(numbers) == len(DAYS) else _listed(DAYS[number - 1] for number in sorted(numbers))


def _month_day(schedule: Schedule) -> str:
    if schedule.month_day == LAST:
        return "the last day"
    number = int(schedule.month_day)
    return f"the {_ordinal(number)}" + (" (or the last day)" if number > 28 else "")  # noqa: PLR2004  February


def _quarter(start: date) -> str:
    months = sorted((start.month - 1 + step) % 12 + 1 for step in range(0, 12, MONTHS_OF_A_QUARTER))
    return _listed(_month(number) for number in months)


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 != 1 else 0, "th")
    return f"{number}{ending}"


def _month(number: int) -> str:
    return f"{date(2000, number, 1):%B}"


def _cron(cron: Cron) -> str:
    parts = [_cron_times(cron), _cron_days(cron)]
    if len(cron.months) < len(MONTHS):
        parts.append(f"in {_listed(_month(number) for number in sorted(cron.months))}")
    return ", ".join(filter(None, parts))


def _cron_times(cron: Cron) -> str:
    if len(cron.minutes) * len(cron.hours) <= MOST_TIMES_TOLD:
        times = [time(hour, minute) for hour in sorted(cron.hours) for minute in sorted(cron.minutes)]
        return f"At {_listed(f'{each:%H:%M}' for each in times)}"
    return f"{_minutes(cron.minutes)}{_hours(cron)}"


def _hours(cron: Cron) -> str:
    if cron.hours == HOURS:
        return ""
    stretches = _runs(cron.hours)
    if len(stretches) > 1:
        return f" in the hours {_ranges(cron.hours, '{}')}"
    first, last = stretches[0]
    return f" from {time(first, min(cron.minutes)):%H:%M} to {time(last, max(cron.minutes)):%H:%M}"


def _minutes(minutes: frozenset[int]) -> str:
    if minutes == MINUTES:
        return "Every minute"
    if minutes == {0}:
        return "Every hour"
    step = 60 // len(minutes)
    if minutes == set(range(0, 60, step)):
        return f"Every {step} minutes"
    unit = "minute" if minutes == {1} else "minutes"
    return f"{_ranges(minutes, '{}')} {unit} past every hour"


def _cron_days(cron: Cron) -> str:
    by_month = "" if cron.days is None else f"on day {_ranges(cron.days, '{}')} of the month"
    by_week = "" if cron.weekdays is None else f"on {_ranges_of_days(cron.weekdays)}"
    return " or ".join(filter(None, [by_month, by_week])) or "every day"


def _ranges_of_days(numbers: frozenset[int]) -> str:
    return _listed(
        DAYS[first - 1] if first == last else f"{DAYS[first - 1]} to {DAYS[last - 1]}"
        for first, last in _runs(numbers)
    )


def _ranges(numbers: frozenset[int], form: str) -> str:
    return _listed(
        form.format(first) if first == last else f"{form.format(first)} to {form.format(last)}"
        for first, last in _runs(numbers)
    )


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of each gapless run of numbers."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
