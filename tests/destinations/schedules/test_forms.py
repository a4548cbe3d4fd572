from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from destinations.schedules.forms import ScheduleForm
from destinations.schedules.recurrence import CatchUp, Kind
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

LONDON = ZoneInfo("Europe/London")
FAR = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Los_Angeles")


def answers(**changes: object) -> dict[str, object]:
    told: dict[str, object] = {
        "kind": "daily",
        "starts_on": f"{clock.today(LONDON):%Y-%m-%d}",
        "at": "09:30",
        "month_day": "1",
        "ends": "never",
        "catch_up": "latest",
    }
    return {f"schedule-{name}": value for name, value in (told | changes).items()}


def test_what_is_written_becomes_a_schedule_in_the_tenants_zone() -> None:
    form = ScheduleForm(
        answers(kind="weekly", weekdays=["1", "5"], ends="after", ends_after="4", catch_up="skip"), zone=LONDON
    )
    assert form.is_valid(), form.errors
    planned = form.schedule()
    assert (planned.kind, planned.zone, planned.weekdays) == (
        Kind.WEEKLY,
        "Europe/London",
        frozenset({1, 5}),
    )
    assert (planned.ends_after, planned.catch_up) == (4, CatchUp.SKIP)
    assert planned.not_before is not None


def test_an_unchanged_rule_keeps_its_beginning_and_a_changed_one_begins_now() -> None:
    first = ScheduleForm(answers(ends="after", ends_after="4"), zone=LONDON)
    assert first.is_valid()
    stored = first.schedule()
    again = ScheduleForm(answers(ends="after", ends_after="4"), zone=LONDON, stored=stored)
    assert again.is_valid()
    assert again.schedule() == stored
    other = ScheduleForm(answers(ends="after", ends_after="5"), zone=LONDON, stored=stored)
    assert other.is_valid()
    assert other.schedule().not_before != stored.not_before


def test_a_stored_schedule_fills_the_form_and_comes_back_the_same() -> None:
    form = ScheduleForm(answers(kind="monthly", month_day="last"), zone=LONDON)
    assert form.is_valid()
    shown = ScheduleForm(zone=LONDON, stored=form.schedule())
    assert (shown["kind"].value(), shown["month_day"].value()) == (Kind.MONTHLY, "last")
    assert 'value="monthly"' in str(shown["kind"])
    assert shown["weekdays"].value() == ["1"]  # for whoever makes it weekly


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"kind": "weekly"}, "weekdays", "at least one day"),
        ({"kind": "cron", "cron": "0 0 30 2 *"}, "cron", "never happens"),
        ({"kind": "cron", "cron": ""}, "cron", "five fields"),
        ({"kind": "hourly"}, "kind", "Select a valid choice"),
        ({"starts_on": ""}, "starts_on", "required"),
        ({"starts_on": "31.12.99999"}, "starts_on", "valid date"),
        ({"at": "25:00"}, "at", "valid time"),
        ({"ends": "after"}, "ends_after", "Say when"),
        ({"ends": "after", "ends_after": "9" * 30}, "ends_after", "less than or equal"),
        ({"ends": "on"}, "ends_on", "Say when"),
        ({"ends": "on", "ends_on": "2020-01-01"}, "ends_on", "ends before"),
        ({"weekdays": ["8"], "kind": "weekly"}, "weekdays", "Select a valid choice"),
        ({"kind": "once", "starts_on": "2020-01-01"}, "starts_on", "no time in the future"),
        ({"month_day": "0"}, "month_day", "Select a valid choice"),
        ({"kind": "once", "starts_on": "0001-01-01"}, "starts_on", "between the years"),
        ({"kind": "cron", "cron": "* * * * *", "starts_on": "9999-12-31"}, "starts_on", "between the years"),
    ],
)
def test_bad_answers_are_refused_at_their_field(changes: dict[str, object], field: str, words: str) -> None:
    for zone in (LONDON, *FAR):
        form = ScheduleForm(answers(**changes), zone=zone)
        assert not form.is_valid()
    assert words in str(form.errors[field])


def test_the_preview_says_the_next_five_runs_in_local_time_and_utc(sign_in: Callable[[str], Client]) -> None:
    day = clock.today(LONDON) + timedelta(days=1)
    told = answers(starts_on=f"{day:%Y-%m-%d}")
    page = sign_in("amp360_user").post("/t/acme/schedules/preview/", told).content.decode()
    assert "Every day at 09:30" in page
    assert page.count("<time ") == 5
    assert page.count(" UTC</small>") == 5


def test_the_preview_says_what_is_missing(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("ampiq_user").post("/t/acme/schedules/preview/", answers(kind="weekly")).content.decode()
    assert "at least one day" in page
