"""A value compared with the operands of an operator, as an expression for the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.engine.interface import DataType
from segments.errors import ComparisonError, MisreadValueError
from segments.operators import BY_TYPE, MEANINGS, Operator
from segments.rules import EARLIEST, LATEST, RelativeDate, Value

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Comparison = Callable[[exp.Expr, list[exp.Expr]], exp.Expr]

MOST_PLACES = 30
"""The most digits a number may have before or after its point: written out, 1e999999999 would fill the memory."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The day that relative dates count from, and the zone in which days begin and end."""

    today: date
    zone: ZoneInfo

    def start_of(self, day: date) -> exp.Expr:
        """The instant at which the day begins in the zone."""
        instant = datetime.combine(day, time(), self.zone).astimezone(UTC)
        return exp.cast(exp.Literal.string(instant.isoformat(sep=" ")), exp.DType.TIMESTAMPTZ)


def compare(
    operand: exp.Expr, kind: DataType, operator: Operator, values: tuple[Value, ...], moment: Moment
) -> exp.Expr:
    """Whether the operator holds for the operand, of type `kind`, and the values; NULL or false for an empty one.

    Raises ComparisonError when the operator does not suit the type or a value can't be read.
    """
    meaning = MEANINGS[operator]
    if operator not in BY_TYPE[kind]:
        raise ComparisonError(f"“{meaning.label}” can't be asked of a {kind} attribute.")
    if not meaning.operands.accepts(len(values)):
        raise ComparisonError(f"“{meaning.label}” needs {_NEEDED[meaning.operands.value]}.")
    if meaning.negates is not None:
        return is_not_true(compare(operand, kind, meaning.negates, values, moment))
    if operator in _NULL_TESTS:
        return _NULL_TESTS[operator](operand)
    return _COMPARERS[kind](operand, operator, values, moment)


_NEEDED = {"none": "no value", "one": "one value", "two": "two values", "many": "at least one value"}


def is_not_true(condition: exp.Expr) -> exp.Expr:
    """True where the condition is false or unknown."""
    return exp.NullSafeNEQ(this=exp.paren(condition), expression=exp.true())


def _is_null(operand: exp.Expr) -> exp.Expr:
    return exp.Is(this=operand, expression=exp.null())


def _is_empty_text(operand: exp.Expr) -> exp.Expr:
    return exp.paren(exp.or_(_is_null(operand), exp.EQ(this=operand.copy(), expression=exp.Literal.string(""))))


_NULL_TESTS: dict[Operator, Callable[[exp.Expr], exp.Expr]] = {
    Operator.IS_NULL: _is_null,
    Operator.EMPTY: _is_empty_text,
    # A comparison, which the engine makes while it reads: this takes half as long as testing the column itself.
    Operator.IS_TRUE: lambda operand: exp.EQ(this=operand, expression=exp.true()),
    Operator.IS_FALSE: lambda operand: exp.EQ(this=operand, expression=exp.false()),
}


def _between(operand: exp.Expr, ends: list[exp.Expr]) -> exp.Expr:
    """Between two values, both ends excluded."""
    low, high = ends
    return exp.and_(exp.GT(this=operand, expression=low), exp.LT(this=operand.copy(), expression=high))


def _binary(node: type[exp.Binary]) -> Comparison:
    return lambda operand, values: node(this=operand, expression=values[0])


_NUMBERS: dict[Operator, Comparison] = {
    Operator.IS: _binary(exp.EQ),
    Operator.GREATER: _binary(exp.GT),
    Operator.AT_LEAST: _binary(exp.GTE),
    Operator.LESS: _binary(exp.LT),
    Operator.AT_MOST: _binary(exp.LTE),
    Operator.BETWEEN: _between,
    Operator.IN_LIST: lambda operand, values: operand.isin(*values),
}
_DATES: dict[Operator, Comparison] = {
    Operator.IS: _binary(exp.EQ),
    Operator.AFTER: _binary(exp.GT),
    Operator.BEFORE: _binary(exp.LT),
    Operator.ON_OR_AFTER: _binary(exp.GTE),
    Operator.ON_OR_BEFORE: _binary(exp.LTE),
    Operator.BETWEEN: _between,
}
_TEXTS: dict[Operator, Comparison] = {
    Operator.CONTAINS: lambda text, values: exp.Contains(this=_lower(text), expression=_lower(values[0])),
    Operator.STARTS_WITH: lambda text, values: exp.StartsWith(this=_lower(text), expression=_lower(values[0])),
    Operator.ENDS_WITH: lambda text, values: exp.EndsWith(this=_lower(text), expression=_lower(values[0])),
    Operator.EXACTLY: _binary(exp.EQ),
    Operator.IN_LIST: lambda text, values: text.isin(*values),
}


def _lower(text: exp.Expr) -> exp.Expr:
    return exp.Lower(this=text)


def number_of(value: Value) -> Decimal:
    """The number that a value writes; raises ComparisonError when it writes none."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise MisreadValueError(value, "is not a number.") from None
    if not number.is_finite():
        raise MisreadValueError(value, "is not a number.")
    if abs(number.adjusted()) > MOST_PLACES:
        raise MisreadValueError(value, f"is too large or too small: write at most {MOST_PLACES} places.")
    return number


def _literal(number: Decimal) -> exp.Expr:
    return exp.Literal.number(f"{number:f}") if number >= 0 else exp.Neg(this=exp.Literal.number(f"{-number:f}"))


def number_meets(number: Decimal | None, operator: Operator, values: tuple[Value, ...]) -> bool:
    """What `compare` decides for a known number, or for an empty value."""
    negated = MEANINGS[operator].negates
    if negated is not None:
        return not number_meets(number, negated, values)
    if number is None or operator in _EMPTINESS:
        return number is None and operator in _EMPTINESS
    return _NUMBER_MEETS[operator](number, [number_of(value) for value in values])


_EMPTINESS = (Operator.IS_NULL, Operator.EMPTY)
_NUMBER_MEETS: dict[Operator, Callable[[Decimal, list[Decimal]], bool]] = {
    Operator.IS: lambda number, wanted: number == wanted[0],
    Operator.GREATER: lambda number, wanted: number > wanted[0],
    Operator.AT_LEAST: lambda number, wanted: number >= wanted[0],
    Operator.LESS: lambda number, wanted: number < wanted[0],
    Operator.AT_MOST: lambda number, wanted: number <= wanted[0],
    Operator.BETWEEN: lambda number, wanted: wanted[0] < number < wanted[1],
    Operator.IN_LIST: lambda number, wanted: number in wanted,
}


def day_of(value: Value, today: date) -> date:
    """The day that a value names; raises ComparisonError when it names none."""
    if isinstance(value, RelativeDate):
        return value.seen_from(today)
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        raise MisreadValueError(value, "is not a date. Write it as 2026-03-31.") from None
    if not EARLIEST <= day <= LATEST:
        raise MisreadValueError(value, "is at the end of the calendar. Choose a day nearer to today.")
    return day


def _compare_numbers(
    operand: exp.Expr, operator: Operator, values: tuple[Value, ...], _moment: Moment
) -> exp.Expr:
    return _NUMBERS[operator](operand, [_literal(number_of(value)) for value in values])


def _compare_texts(operand: exp.Expr, operator: Operator, values: tuple[Value, ...], _moment: Moment) -> exp.Expr:
    if any(isinstance(value, RelativeDate) for value in values):
        raise ComparisonError("A relative date can't be compared with text.")
    return _TEXTS[operator](operand, [exp.Literal.string(str(value)) for value in values])


def _compare_dates(operand: exp.Expr, operator: Operator, values: tuple[Value, ...], moment: Moment) -> exp.Expr:
    days = [day_of(value, moment.today) for value in values]
    return _DATES[operator](
        operand, [exp.cast(exp.Literal.string(day.isoformat()), exp.DType.DATE) for day in days]
    )


def _compare_times(operand: exp.Expr, operator: Operator, values: tuple[Value, ...], moment: Moment) -> exp.Expr:
    """Compares instants with days, which begin and end in the moment's zone; “is after” is after a day's end."""
    days = [day_of(value, moment.today) for value in values]
    starts = [moment.start_of(day) for day in days]
    ends = [moment.start_of(day + timedelta(days=1)) for day in days]
    match operator:
        case Operator.IS:
            return _within(operand, starts[0], ends[0])
        case Operator.BETWEEN:
            return _within(operand, ends[0], starts[1])
        case Operator.AFTER:
            return exp.GTE(this=operand, expression=ends[0])
        case Operator.ON_OR_BEFORE:
            return exp.LT(this=operand, expression=ends[0])
        case _:
            return _DATES[operator](operand, starts)


def _within(operand: exp.Expr, first: exp.Expr, end: exp.Expr) -> exp.Expr:
    return exp.and_(exp.GTE(this=operand, expression=first), exp.LT(this=operand.copy(), expression=end))


_COMPARERS: dict[DataType, Callable[[exp.Expr, Operator, tuple[Value, ...], Moment], exp.Expr]] = {
    DataType.STRING: _compare_texts,
    DataType.INTEGER: _compare_numbers,
    DataType.DECIMAL: _compare_numbers,
    DataType.FLOAT: _compare_numbers,
    DataType.DATE: _compare_dates,
    DataType.DATETIME: _compare_times,
}
