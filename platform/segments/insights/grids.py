"""Equal steps of numbers or days that make a readable histogram."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from sqlglot import exp

from customer360.engine.interface import NUMBERS, DataType
from customer360.engine.types import sql_type
from segments.rules import EARLIEST, LATEST
from ui import formats
from ui.charts.scale import nice_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.formats import Number

BINS = 10
FAR_AWAY = 3
"""Values more than this many standard deviations from the average share the first or last step."""

EPOCH = date(1970, 1, 1)
MONTHS_A_YEAR = 12
LARGEST = 1e100
"""Larger numbers, infinity among them, can't be averaged or squared."""

MOST_DAYS = 120
"""Longer spans are divided into months."""

STEPS_OF_DAYS = (1, 7, 14)
STEPS_OF_MONTHS = (1, 3, 6, 12, 24, 60, 120, 240, 600)


class Scale(StrEnum):
    """What the steps count: the number itself, days since 1970, or months since the year 0."""

    NUMBER = "number"
    DAYS = "days"
    MONTHS = "months"

    def of(self, value: exp.Expr) -> exp.Expr:
        """The value on this scale."""
        match self:
            case Scale.NUMBER:
                number = exp.cast(value, sql_type(DataType.FLOAT))
                return _within(number, _literal(-LARGEST), _literal(LARGEST), number)
            case Scale.DAYS:
                days = exp.DateDiff(this=_day(value), expression=_date(EPOCH), unit=exp.var("DAY"))
                return _within(_day(value), _date(EARLIEST), _date(LATEST), days)
            case Scale.MONTHS:
                months = exp.Year(this=_day(value)) * MONTHS_A_YEAR + exp.Month(this=_day(value)) - 1
                return _within(_day(value), _date(EARLIEST), _date(LATEST), months)


def _within(value: exp.Expr, least: exp.Expr, greatest: exp.Expr, wanted: exp.Expr) -> exp.Expr:
    """`wanted` where the value lies between the two, else NULL: NaN and dates off the calendar are in no step."""
    lies_between = exp.Between(this=value.copy(), low=least, high=greatest)
    return exp.case().when(lies_between, wanted.copy())


def _date(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), exp.DType.DATE)


def _day(value: exp.Expr) -> exp.Expr:
    """The day in the session's time zone."""
    return exp.cast(value.copy(), exp.DType.DATE)


@dataclass(frozen=True, slots=True)
class Grid:
    """`count` equal steps from `start`; `below` and `above` say whether there are values outside."""

    scale: Scale
    start: float
    step: float
    count: int
    below: bool = False
    above: bool = False

    @classmethod
    def for_numbers(cls, spread: Spread, *, whole: bool) -> Self:
        low, high = spread.usual
        rough = max(high - low, 1e-9 * max(abs(high), 1)) / BINS
        step = max(nice_step(rough), 1.0) if whole else nice_step(rough)
        return cls._covering(Scale.NUMBER, spread, low, high, step)

    @classmethod
    def for_days(cls, spread: Spread) -> Self:
        """`spread` is in days."""
        low, high = spread.usual
        if high - low <= MOST_DAYS:
            step = next((step for step in STEPS_OF_DAYS if (high - low) / step <= BINS), STEPS_OF_DAYS[-1])
            return cls._covering(Scale.DAYS, spread, low, high, step)
        months = Spread(*(_months_of(days) for days in (spread.least, spread.greatest, low, high)))
        low, high = months.low, months.high
        step = next((step for step in STEPS_OF_MONTHS if (high - low) / step <= BINS), STEPS_OF_MONTHS[-1])
        return cls._covering(Scale.MONTHS, months, low, high, step)

    @classmethod
    def _covering(cls, scale: Scale, spread: Spread, low: float, high: float, step: float) -> Self:
        start = math.floor(low / step) * step
        count = max(math.floor((high - start) / step) + 1, 1)
        return cls(scale, start, step, count, spread.least < start, spread.greatest >= start + count * step)

    def place(self, value: exp.Expr) -> exp.Expr:
        """The step that the value falls into; values outside are in the first or the last."""
        steps = exp.Floor(
            this=exp.Div(
                this=exp.paren(self.scale.of(value) - _literal(self.start)), expression=_literal(self.step)
            )
        )
        within = exp.Least(
            this=exp.Greatest(this=steps, expressions=[exp.Literal.number(0)]),
            expressions=[exp.Literal.number(self.count - 1)],
        )
        return exp.cast(within, sql_type(DataType.INTEGER))

    def ends(self, place: int) -> tuple[float | None, float | None]:
        """Where a step begins and ends; None where it also holds everything beyond."""
        low, high = self.start + place * self.step, self.start + (place + 1) * self.step
        is_first, is_last = place == 0, place == self.count - 1
        return (None if is_first and self.below else low), (None if is_last and self.above else high)

    def write(self, value: Number | None) -> str:
        """The end of a step in words."""
        if value is None or self.scale is Scale.NUMBER:
            return formats.short_number(None if value is None else float(f"{value:.6g}"))
        day = EPOCH + timedelta(days=int(value)) if self.scale is Scale.DAYS else _first_day(int(value))
        if self.scale is Scale.DAYS:
            return f"{day.day} {day:%b}"
        return str(day.year) if self.step % MONTHS_A_YEAR == 0 else f"{day:%b} '{day:%y}"


@dataclass(frozen=True, slots=True)
class Spread:
    """The least and greatest of some numbers, and the range in which most of them lie."""

    least: float
    greatest: float
    low: float
    high: float

    @classmethod
    def of(cls, least: object, greatest: object, average: object, deviation: object) -> Self | None:
        """None when there are no numbers."""
        if least is None or average is None:
            return None
        low, high, middle = (float(str(each)) for each in (least, greatest, average))
        far = FAR_AWAY * float(str(deviation or 0))
        return cls(low, high, max(low, middle - far), min(high, middle + far))

    @property
    def usual(self) -> tuple[float, float]:
        return self.low, self.high


def spread_columns(value: exp.Expr, kind: DataType) -> Sequence[exp.Expr]:
    """What `Spread.of` needs to know about a column."""
    number = (Scale.NUMBER if kind in NUMBERS else Scale.DAYS).of(value)
    return [
        exp.Min(this=number),
        exp.Max(this=number.copy()),
        exp.Avg(this=number.copy()),
        exp.StddevPop(this=number.copy()),
    ]


def grid_for(spread: Spread, kind: DataType) -> Grid:
    return Grid.for_numbers(spread, whole=kind is DataType.INTEGER) if kind in NUMBERS else Grid.for_days(spread)


def _months_of(days: float) -> float:
    day = EPOCH + timedelta(days=math.floor(days))
    return day.year * MONTHS_A_YEAR + day.month - 1


def _first_day(months: int) -> date:
    year, month = divmod(months, MONTHS_A_YEAR)
    return date(year, month + 1, 1)


def _literal(number: float) -> exp.Expr:
    return exp.Neg(this=exp.Literal.number(-number)) if number < 0 else exp.Literal.number(number)
