"""Valid conditions that no customer can ever meet: most often a range with its ends the wrong way round."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from customer360.engine.interface import NUMBERS, DataType
from segments.comparisons import day_of, number_of
from segments.editor.defaults import measured
from segments.errors import ComparisonError
from segments.operators import Operator
from segments.rules import AggregateCondition, AttributeCondition, Measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from segments.rules import Condition, Rules
    from segments.schema import Attribute, Schema

    Test = AttributeCondition | AggregateCondition

WRONG_WAY_ROUND = "This is never true: write the {} first."
NOTHING_BETWEEN = "This is never true: nothing lies between these two, as both ends are left out."
FEWER_THAN_NONE = "This is never true: there can't be fewer than 0 rows."
A_DAY = timedelta(days=1)


def hints(rules: Rules, schema: Schema, today: date) -> dict[str, str]:
    """Why a condition can never be true, by its id. One with an unreadable value has a problem instead."""
    return {each.id: said for each in rules.conditions if (said := _hint(each, schema, today))}


def _hint(condition: Condition, schema: Schema, today: date) -> str:
    try:
        return next(filter(None, (_never(test, kind, today) for test, kind in _tests(condition, schema))), "")
    except ComparisonError:
        return ""


def _tests(condition: Condition, schema: Schema) -> Iterator[tuple[Test, DataType]]:
    """The comparisons the condition makes, each with the type it compares."""
    if isinstance(condition, AttributeCondition):
        yield condition, _type(condition, schema.profiles.attributes)
    elif isinstance(condition, AggregateCondition):
        yield condition, measured(condition, schema)
        if related := schema.related.get(condition.table):
            yield from ((each, _type(each, related.attributes)) for each in condition.filters)


def _type(condition: AttributeCondition, attributes: Mapping[str, Attribute]) -> DataType:
    attribute = attributes.get(condition.attribute)
    return attribute.type if attribute else DataType.OTHER


def _never(test: Test, kind: DataType, today: date) -> str:
    if test.operator is Operator.BETWEEN and len(test.values) == len(("from", "to")):
        if kind in NUMBERS:
            return _no_number(*map(number_of, test.values), kind=kind)
        if kind in {DataType.DATE, DataType.DATETIME}:
            return _no_day(*(day_of(value, today) for value in test.values))
    if isinstance(test, AggregateCondition) and test.measure is Measure.COUNT and _is_below_none(test):
        return FEWER_THAN_NONE
    return ""


def _no_number(low: Decimal, high: Decimal, *, kind: DataType) -> str:
    if low > high:
        return WRONG_WAY_ROUND.format("smaller number")
    is_next = kind is DataType.INTEGER and high == low + 1 == int(high)
    return NOTHING_BETWEEN if low == high or is_next else ""


def _no_day(first: date, last: date) -> str:
    if first > last:
        return WRONG_WAY_ROUND.format("earlier day")
    return NOTHING_BETWEEN if last - first <= A_DAY else ""


def _is_below_none(test: AggregateCondition) -> bool:
    if len(test.values) != 1:
        return False
    if test.operator is Operator.LESS:
        return number_of(test.values[0]) <= 0
    return test.operator in {Operator.IS, Operator.AT_MOST} and number_of(test.values[0]) < 0
