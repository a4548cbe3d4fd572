"""Conditions that nobody can ever meet say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from customer360.engine.interface import NUMBERS
from segments.editor.hints import FEWER_THAN_NONE, NOTHING_BETWEEN, WRONG_WAY_ROUND, hints
from segments.operators import Operator
from segments.rules import AggregateCondition, AttributeCondition, Group, Measure, RelativeDate, Rules, Section
from tests.segments.world import SCHEMA, TODAY

if TYPE_CHECKING:
    from segments.rules import Condition, Value

NUMBER, DAY = WRONG_WAY_ROUND.format("smaller number"), WRONG_WAY_ROUND.format("earlier day")


def said_of(condition: Condition) -> str:
    rules = Rules(include=Group(sections=(Section(id="s", conditions=(condition,)),)))
    return hints(rules, SCHEMA, TODAY).get(condition.id, "")


@pytest.mark.parametrize(
    ("attribute", "ends", "said"),
    [
        ("score", ("500", "20"), NUMBER),
        ("score", ("20", "20.0"), NOTHING_BETWEEN),
        ("score", ("20", "21"), ""),
        ("id", ("20", "21"), NOTHING_BETWEEN),
        ("id", ("20.5", "21.5"), ""),
        ("id", ("20", "22"), ""),
        ("score", ("many", "20"), ""),
        ("score", ("20",), ""),
        ("gone", ("500", "20"), ""),
        ("born", ("2026-03-02", "2026-03-01"), DAY),
        ("born", ("2026-03-01", "2026-03-02"), NOTHING_BETWEEN),
        ("born", ("2026-03-01", "2026-03-03"), ""),
        ("seen", (RelativeDate(ago=0), RelativeDate(ago=30)), DAY),
        ("seen", (RelativeDate(ago=30), RelativeDate(ago=0)), ""),
        ("seen", ("2026-03-10", RelativeDate(ago=0)), DAY),
    ],
)
def test_two_ends_with_nothing_between_them_are_told(attribute: str, ends: tuple[Value, ...], said: str) -> None:
    between = AttributeCondition(id="c", attribute=attribute, operator=Operator.BETWEEN, values=ends)
    assert said_of(between) == said
    assert said_of(between.model_copy(update={"operator": Operator.NOT_BETWEEN})) == ""


@pytest.mark.parametrize(
    ("operator", "value", "said"),
    [
        (Operator.LESS, "0", FEWER_THAN_NONE),
        (Operator.LESS, "1", ""),
        (Operator.AT_MOST, "-1", FEWER_THAN_NONE),
        (Operator.IS, "0", ""),
        (Operator.IS, "-1", FEWER_THAN_NONE),
        (Operator.AT_LEAST, "-1", ""),
    ],
)
def test_fewer_rows_than_none_are_told_and_so_are_the_filters_of_an_aggregate(
    operator: Operator, value: str, said: str
) -> None:
    table, related = next(iter(SCHEMA.related.items()))
    counted = AggregateCondition(id="c", table=table, measure=Measure.COUNT, operator=operator, values=(value,))
    assert said_of(counted) == said
    number = next(each for each in related.attributes.values() if each.type in NUMBERS)
    within = AttributeCondition(id="f", attribute=number.name, operator=Operator.BETWEEN, values=("9", "1"))
    assert said_of(counted.model_copy(update={"filters": (within,)})) == (said or NUMBER)
