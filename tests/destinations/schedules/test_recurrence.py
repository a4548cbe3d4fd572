"""Times that are due: each exactly once, on the wall's time, also when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from destinations.schedules.cron import Cron, CronError
from destinations.schedules.instants import instant
from destinations.schedules.recurrence import MOST_COUNTED, Kind, Schedule
from destinations.schedules.words import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

BERLIN = "Europe/Berlin"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def schedule(kind: Kind = Kind.DAILY, **values: Any) -> Schedule:
    return Schedule(**{"kind": kind, "zone": BERLIN, "starts_on": date(2026, 1, 1)} | values)


def local_times(planned: Schedule, count: int, *, after: datetime = NEW_YEAR) -> list[str]:
    times = planned.next_times(after=after, count=count)
    return [f"{moment.astimezone(planned.time_zone):%Y-%m-%d %H:%M %z}" for moment in times]


def test_a_time_that_the_clocks_skip_comes_at_the_first_moment_after() -> None:
    nightly = schedule(at=time(2, 30), starts_on=date(2026, 3, 28))
    assert local_times(nightly, 3) == [
        "2026-03-28 02:30 +0100",
        "2026-03-29 03:00 +0200",
        "2026-03-30 02:30 +0200",
    ]


def test_a_time_that_comes_twice_counts_once() -> None:
    nightly = schedule(at=time(2, 30), starts_on=date(2026, 10, 24))
    assert local_times(nightly, 3) == [
        "2026-10-24 02:30 +0200",
        "2026-10-25 02:30 +0200",
        "2026-10-26 02:30 +0100",
    ]


def test_several_skipped_times_are_one() -> None:
    often = schedule(Kind.CRON, cron="*/20 1-3 * * *", starts_on=date(2026, 3, 29))
    assert [text[11:16] for text in local_times(often, 6)] == [
        "01:00",
        "01:20",
        "01:40",
        "03:00",
        "03:20",
        "03:40",
    ]


def test_a_month_without_the_day_takes_its_last() -> None:
    monthly = schedule(Kind.MONTHLY, month_day=31)
    assert [text[:10] for text in local_times(monthly, 3)] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    leap = schedule(Kind.MONTHLY, month_day="last", starts_on=date(2028, 2, 1))
    assert local_times(leap, 1)[0][:10] == "2028-02-29"


def test_quarters_count_from_the_month_of_the_start() -> None:
    quarterly = schedule(Kind.QUARTERLY, month_day=15, starts_on=date(2026, 2, 20))
    assert [text[:10] for text in local_times(quarterly, 3)] == ["2026-05-15", "2026-08-15", "2026-11-15"]


def test_it_ends_after_so_many_times_wherever_one_looks_from() -> None:
    thrice = schedule(Kind.WEEKLY, weekdays={1}, ends_after=3)
    assert [text[:10] for text in local_times(thrice, 9)] == ["2026-01-05", "2026-01-12", "2026-01-19"]
    assert local_times(thrice, 9, after=NEW_YEAR + timedelta(days=12))[0][:10] == "2026-01-19"
    assert thrice.next_after(NEW_YEAR + timedelta(days=30)) is None


def test_the_last_day_is_included() -> None:
    until = schedule(at=time(23), ends_on=date(2026, 1, 2))
    assert len(local_times(until, 9)) == 2


def test_what_was_due_before_it_was_made_does_not_count() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    made_at_noon = schedule(at=time(9), ends_after=1, not_before=noon)
    assert local_times(made_at_noon, 9) == ["2026-01-02 09:00 +0100"]


def test_next_after_is_later_than_the_moment_itself() -> None:
    daily = schedule()
    first = daily.next_after(NEW_YEAR)
    assert first is not None
    assert daily.next_after(first) == first + timedelta(days=1)


ZONES = [
    BERLIN,
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
    "Africa/Cairo",
]


@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda told: told.replace(second=0, microsecond=0)),
    start=st.dates(date(2009, 1, 1), date(2030, 1, 1)),
)
@settings(max_examples=200, deadline=None)
def test_a_daily_schedule_has_each_local_day_once_in_every_zone(zone: str, at: time, start: date) -> None:
    daily = schedule(zone=zone, at=at, starts_on=start)
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    times = daily.next_times(after=long_ago, count=400)
    assert times == sorted(set(times))
    # Samoa left out a day of 2011 when it crossed the date line; elsewhere no day is without its run.
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in times]
    assert len(set(days)) >= len(days) - 1
    assert all(later - earlier <= timedelta(hours=50) for earlier, later in pairwise(times))


@given(zone=st.sampled_from(ZONES), local=st.datetimes(datetime(2008, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001  local
@settings(max_examples=300, deadline=None)
def test_later_on_the_wall_is_never_earlier_in_time(zone: str, local: datetime) -> None:
    moments = [instant(local + timedelta(minutes=minutes), ZoneInfo(zone)) for minutes in range(0, 240, 13)]
    assert moments == sorted(moments)


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("", "five fields"),
        ("* * * *", "five fields"),
        ("61 * * * *", "use 0 to 59"),
        ("* 24 * * *", "use 0 to 23"),
        ("*/0 * * * *", "minute"),
        ("5-1 * * * *", "minute"),
        ("x * * * *", "“x” is not a minute"),
        ("0 0 30 2 *", "never happens"),
        ("0 0 * * 8", "day of the week"),
        ("0 0 * foo *", "“foo” is not a month"),
        ("² * * * *", "not a minute"),
        ("1,,2 * * * *", "not a minute"),
        ("; DROP TABLE * *", "not a minute"),
        ("9" * 150 + " * * * *", "not a minute"),
    ],
)
def test_an_expression_that_makes_no_sense_is_refused_in_words(expression: str, complaint: str) -> None:
    with pytest.raises(CronError, match=complaint):
        Cron.parse(expression)


def test_days_of_the_month_and_of_the_week_are_either_or() -> None:
    both = schedule(Kind.CRON, cron="0 9 13 * fri")
    assert [text[:10] for text in local_times(both, 4)] == ["2026-01-02", "2026-01-09", "2026-01-13", "2026-01-16"]


def test_a_leap_day_is_found_again() -> None:
    leap = schedule(Kind.CRON, cron="0 0 29 2 *")
    assert [text[:10] for text in local_times(leap, 2)] == ["2028-02-29", "2032-02-29"]


@pytest.mark.parametrize(
    ("planned", "words"),
    [
        (schedule(), "Every day at 09:00, Europe/Berlin"),
        (schedule(Kind.ONCE), "Once, on 1 January 2026 at 09:00, Europe/Berlin"),
        (schedule(Kind.WEEKLY, weekdays={4, 1}), "Every Monday and Thursday at 09:00, Europe/Berlin"),
        (schedule(Kind.WEEKLY, weekdays={1, 2, 3, 4, 5}), "Every weekday at 09:00, Europe/Berlin"),
        (
            schedule(Kind.MONTHLY, month_day="last", ends_after=4),
            "On the last day of every month at 09:00, Europe/Berlin, 4 times",
        ),
        (schedule(Kind.MONTHLY, month_day=22), "On the 22nd of every month at 09:00, Europe/Berlin"),
        (
            schedule(Kind.QUARTERLY, month_day=12, ends_on=date(2027, 1, 31)),
            "On the 12th of January, April, July and October at 09:00, Europe/Berlin, until 31 January 2027",
        ),
        (
            schedule(Kind.CRON, cron="*/15 8-18 * * 1-5"),
            "Every 15 minutes from 08:00 to 18:45, on Monday to Friday, Europe/Berlin",
        ),
        (schedule(Kind.CRON, cron="1 * * * *"), "1 minute past every hour, every day, Europe/Berlin"),
        (
            schedule(Kind.CRON, cron="30 7,19 1 1,7 *"),
            "At 07:30 and 19:30, on day 1 of the month, in January and July, Europe/Berlin",
        ),
        (
            schedule(Kind.CRON, cron="0 * * * *", zone="America/New_York"),
            "Every hour, every day, America/New York",
        ),
    ],
)
def test_a_schedule_is_said_back_in_words(planned: Schedule, words: str) -> None:
    assert in_words(planned) == words


@pytest.mark.parametrize(
    "values",
    [
        {"kind": Kind.WEEKLY},
        {"kind": Kind.CRON, "cron": "nonsense"},
        {"ends_on": date(2025, 1, 1)},
        {"ends_after": 0},
        {"kind": Kind.MONTHLY, "month_day": 32},
        {"kind": Kind.WEEKLY, "weekdays": {0}},
        {"surprise": 1},
    ],
)
def test_what_is_not_a_schedule_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        schedule(**values)


def test_it_is_stored_as_json_and_comes_back_the_same() -> None:
    planned = schedule(Kind.WEEKLY, weekdays={2, 5}, ends_after=3, not_before=NEW_YEAR)
    assert Schedule.model_validate(planned.model_dump(mode="json")) == planned


RULES: dict[str, dict[str, Any]] = {
    "now and then in one hour": {"kind": Kind.CRON, "cron": "*/7 3 * * *"},
    "every minute of a few days": {"kind": Kind.CRON, "cron": "* 5 29 2,12 *"},
    "daily": {"at": time(2, 30)},
    "some Mondays": {"kind": Kind.WEEKLY, "weekdays": {1}, "ends_after": 9},
    "quarterly": {"kind": Kind.QUARTERLY, "month_day": 31, "ends_on": date(2027, 6, 1)},
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("hours", [0, 1, 25, 900, 9000, 20000])
def test_the_last_of_the_times_that_passed_and_their_number_are_found_from_both_ends(
    rule: dict[str, Any], hours: int
) -> None:
    planned = schedule(**rule)
    first = planned.next_times(after=NEW_YEAR, count=1)[0]
    until = first + timedelta(hours=hours, minutes=11)
    *earlier, latest = _passed(planned, first, until)
    assert planned.latest(since=first, until=until) == latest
    assert planned.count(since=first, until=latest) == min(len(earlier), MOST_COUNTED)


def _passed(planned: Schedule, first: datetime, until: datetime) -> list[datetime]:
    times = [first]
    for moment in planned.occurrences(after=first):
        if moment > until:
            break
        times.append(moment)
    return times


LOOKED_AT: list[datetime] = []


class Watched(Schedule):
    """Tells how many of its times were looked at."""

    def occurrences(self, *, after: datetime) -> Iterator[datetime]:
        for moment in super().occurrences(after=after):
            LOOKED_AT.append(moment)
            yield moment


def test_years_of_minutes_that_nobody_started_are_not_looked_at_one_by_one() -> None:
    minutely = Watched(kind=Kind.CRON, cron="* * * * *", zone=BERLIN, starts_on=date(2000, 1, 1))
    since, until = datetime(2000, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)
    LOOKED_AT.clear()
    assert minutely.latest(since=since, until=until) == until.replace(second=0)
    assert minutely.count(since=since, until=until) == MOST_COUNTED
    assert len(LOOKED_AT) < 2 * MOST_COUNTED
