from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import gettempdir
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from sqlglot import exp

from customer360.cells import Cell, in_a_file, values_of
from customer360.engine import INTERACTIVE, ArrowRelation, DataType, DuckDBEngine
from segments.insights.grids import EPOCH, Grid, Spread, grid_for, spread_columns


def spread(least: float, greatest: float) -> Spread:
    return Spread(least, greatest, least, greatest)


def ends(grid: Grid) -> list[str]:
    return [grid.write(grid.ends(place)[0]) for place in range(grid.count)]


def days(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - EPOCH).days


@pytest.mark.parametrize(
    ("numbers", "kind", "first", "step"),
    [
        ((0, 100), DataType.INTEGER, 0, 10),
        ((3, 7), DataType.INTEGER, 3, 1),
        ((0, 1), DataType.FLOAT, 0, 0.1),
        ((-250, 260), DataType.DECIMAL, -300, 100),
        ((5, 5), DataType.DECIMAL, 5, pytest.approx(1e-9, rel=1)),
    ],
)
def test_steps_of_numbers_are_round(
    numbers: tuple[float, float], kind: DataType, first: float, step: float
) -> None:
    grid = grid_for(spread(*numbers), kind)
    assert grid.start == pytest.approx(first)
    assert grid.step == step
    assert grid.start <= numbers[0]
    assert grid.start + grid.count * grid.step > numbers[1]


def test_what_lies_far_outside_shares_the_last_step() -> None:
    found = Spread.of(0, 1_000_000, 100, 50)
    assert found is not None
    grid = grid_for(found, DataType.DECIMAL)
    assert grid.start + grid.count * grid.step < 1000
    assert (grid.ends(0)[0], grid.ends(grid.count - 1)[1]) == (0, None)


def test_nothing_has_no_spread() -> None:
    assert Spread.of(None, None, None, None) is None


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        ((2026, 3, 1), (2026, 3, 5), ["1 Mar", "2 Mar", "3 Mar", "4 Mar", "5 Mar"]),
        (
            (2026, 1, 10),
            (2026, 9, 20),
            [f"{date(2026, month, 1):%b} '26" for month in range(1, 10)],
        ),
        (
            (2024, 2, 1),
            (2025, 11, 1),
            ["Jan '24", "Apr '24", "Jul '24", "Oct '24", "Jan '25", "Apr '25", "Jul '25", "Oct '25"],
        ),
        ((1950, 5, 5), (1999, 5, 5), [str(year) for year in range(1950, 2000, 5)]),
    ],
)
def test_steps_of_days_follow_the_calendar(
    first: tuple[int, int, int], last: tuple[int, int, int], written: list[str]
) -> None:
    assert ends(grid_for(spread(days(*first), days(*last)), DataType.DATE)) == written


FAR = 3_663_382  # days from 1970 to the year 12000
STRANGE = {
    "infinite": (DataType.FLOAT, pa.array([1.0, float("inf"), float("-inf"), 5.0])),
    "no number": (DataType.FLOAT, pa.array([1.0, float("nan"), None, 5.0])),
    "as large as can be": (DataType.FLOAT, pa.array([1.0, 1e308, -1e308, 5.0])),
    "many digits": (DataType.DECIMAL, pa.array([Decimal(1), Decimal("9" * 38)], pa.decimal128(38, 0))),
    "days": (DataType.DATE, pa.array([0, FAR, -FAR, 50], pa.int32()).cast(pa.date32())),
    "times": (
        DataType.DATETIME,
        pa.array([0, FAR * 86_400 * 10**6, -FAR * 86_400 * 10**6, 10**13], pa.timestamp("us", tz="UTC")),
    ),
}


@pytest.mark.parametrize("strange", STRANGE)
def test_values_beyond_all_bounds_are_in_no_step_and_break_nothing(strange: str) -> None:
    kind, column = STRANGE[strange]
    value = exp.column("v")
    with DuckDBEngine(Path(gettempdir())).open_session(
        {"t": ArrowRelation(pa.table({"v": column}))}, limits=INTERACTIVE
    ) as session:
        found = Spread.of(*session.one(exp.select(*spread_columns(value, kind)).from_("t")))
        assert found is not None
        grid = grid_for(found, kind)
        placed = [place for (place,) in session.rows(exp.select(grid.place(value)).from_("t"))]
    assert 0 < grid.count < 20
    assert placed[0] is not None
    assert all(ends(grid))
    assert [Cell.of(each).text for each in values_of(column)]


def test_what_a_zone_moves_out_of_the_calendar_is_written_as_it_is_kept() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert in_a_file(last, ZoneInfo("Europe/Paris")) == "9999-12-31T23:59:59+00:00"
    assert Cell.of(Decimal("9" * 38)).text == "9" * 38
    assert Cell.of(Decimal("12.500")).text == "12.5"
