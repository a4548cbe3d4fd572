from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from ui import formats

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 0, "0"),
        (4_371_206, 0, "4,371,206"),
        (-2_570, 0, f"{formats.MINUS}2,570"),
        (-0.4, 0, "0"),
        (2.5, 0, "3"),
        (Decimal("1234.567"), 2, "1,234.57"),
        (None, 0, "—"),
    ],
)
def test_numbers_have_thousands_and_a_real_minus(value: float | Decimal | None, digits: int, text: str) -> None:
    assert formats.number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (950, "950"),
        (1_000, "1 k"),
        (18_400_000, "18.4 m"),
        (-2_500, f"{formats.MINUS}2.5 k"),
        (3e9, "3 bn"),
        (0.25, "0.25"),
    ],
)
def test_short_numbers_fit_an_axis(value: float, text: str) -> None:
    assert formats.short_number(value).replace(formats.SPACE, " ") == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.142, "14.2 %"),
        (0.9, "90 %"),
        (0.00001, "< 0.1 %"),
        (0.99999, "> 99.9 %"),
        (-0.05, f"{formats.MINUS}5 %"),
        (None, "—"),
    ],
)
def test_a_share_never_rounds_to_nothing_or_all(share: float | None, text: str) -> None:
    assert formats.percent(share).replace(formats.SPACE, " ") == text


def test_a_moment_is_written_in_the_active_zone() -> None:
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert formats.moment(NOW) == "24 Nov 2026, 18:00"


def test_data_is_from_a_time_of_today_or_yesterday_and_before_that_from_a_date() -> None:
    with timezone.override(ZoneInfo("Asia/Tokyo")), time_machine.travel(NOW, tick=False):
        told = [formats.age(NOW - timedelta(hours=hours)) for hours in (1, 19, 43)]
    assert told == ["17:00", "yesterday, 23:00", "22 Nov 2026, 23:00"]


@pytest.mark.parametrize(
    ("since", "text"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=4), "4 s ago"),
        (timedelta(minutes=61), "1 h ago"),
        (timedelta(hours=-3), "in 3 h"),
        (timedelta(days=2, hours=5), "2 d ago"),
        (timedelta(days=8), "16 Nov 2026"),
    ],
)
def test_how_long_ago_is_one_unit_and_past_a_week_the_date(since: timedelta, text: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert formats.ago(NOW - since).replace(formats.SPACE, " ") == text


@pytest.mark.parametrize(
    ("span", "text"),
    [(1.8, "1.8 s"), (0, "0 s"), (271, "4 min 31 s"), (timedelta(hours=2, minutes=5), "2 h 5 min"), (None, "—")],
)
def test_a_duration_is_its_two_largest_units(span: timedelta | float | None, text: str) -> None:
    assert formats.duration(span).replace(formats.SPACE, " ") == text
