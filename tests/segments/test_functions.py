"""Nothing that segments ask of the engine goes beyond the functions that every engine must know."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from customer360.engine import DataType, functions
from segments.compiler import predicate
from segments.insights import Question, insights_query
from segments.insights.breakdowns import counting_query
from segments.insights.grids import Grid, Scale, spread_columns
from segments.operators import BY_TYPE, MEANINGS
from segments.rules import (
    AggregateCondition,
    AttributeCondition,
    Condition,
    Group,
    ListCondition,
    Measure,
    MembershipCondition,
    QueryCondition,
    RelativeDate,
    Rules,
    Section,
    Window,
)
from tests.segments.test_documented_operators import SAMPLES, asking
from tests.segments.world import A_QUERY, MOMENT, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlglot import exp


def every_condition() -> Iterator[Condition]:
    for name, attribute in SCHEMA.profiles.attributes.items():
        if name in SAMPLES:
            yield from (asking(name, operator) for operator in BY_TYPE[attribute.type])
    yield AttributeCondition(attribute="seen", operator=BY_TYPE[DataType.DATE][0], values=(RelativeDate(ago=3),))
    for measure, operator, last in product(Measure, BY_TYPE[DataType.DECIMAL], (None, 90)):
        values = ("1",) * {"none": 0, "two": 2}.get(MEANINGS[operator].operands.value, 1)
        yield AggregateCondition(
            table="Orders",
            measure=measure,
            column="value",
            window=Window(last=last),
            operator=operator,
            values=values,
        )
    for operator in BY_TYPE[DataType.STRING]:
        values = ("x",) * {"none": 0, "two": 2}.get(MEANINGS[operator].operands.value, 1)
        yield AggregateCondition(
            table="Orders", measure=Measure.MOST_FREQUENT, column="product", operator=operator, values=values
        )
    yield from (QueryCondition(query=A_QUERY, member=member) for member in (True, False))
    yield from (MembershipCondition(segment=1, member=member) for member in (True, False))
    yield from (ListCondition(table="Listed", member=member) for member in (True, False))


def everything_built() -> Iterator[exp.Expr]:
    section = Section(conditions=tuple(every_condition()))
    rules = Rules(include=Group(sections=(section,)), exclude=Group(sections=(section,)))
    question = Question(rules, SCHEMA, MOMENT, {1: Rules()}, {})
    attributes = list(SCHEMA.profiles.attributes.values())
    yield predicate(rules, SCHEMA, MOMENT, segments={1: Rules()})
    yield insights_query(rules, SCHEMA, MOMENT, {1: Rules()})
    for scale in Scale:
        grids = {each.name: Grid(scale, -1, 0.5, 3) for each in attributes}
        yield counting_query(question, attributes, grids)
    for each in attributes:
        yield from spread_columns(question.column(each.name), each.type)


@pytest.mark.long
def test_all_that_segments_build_is_made_of_listed_functions() -> None:
    built = list(everything_built())
    assert len(built) > len(SCHEMA.profiles.attributes)
    for expression in built:
        assert functions.used_by(expression) <= set(functions.OWN.values())
