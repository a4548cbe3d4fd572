"""Whatever a segment can ask about, it is known whether that is personal data."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from sqlglot import exp

from customer360.engine import DataType
from customer360.lists import CustomerList, NamedBy
from segments.compiler import predicate
from segments.editor.guard import guarded
from segments.errors import ComparisonError, RulesError, SegmentError
from segments.operators import Operator
from segments.personal import asks_about_pii, compares_with_pii
from segments.queries import CustomersOfQuery
from segments.rules import (
    AggregateCondition,
    AttributeCondition,
    Condition,
    Group,
    ListCondition,
    Measure,
    MembershipCondition,
    QueryCondition,
    Rules,
    Section,
)
from segments.schema import Attribute, Profiles, Related, Schema
from tests.segments.world import MOMENT

OPEN, HIDDEN = Attribute("open", DataType.STRING), Attribute("hidden", DataType.STRING, is_pii=True)
BOTH = {each.name: each for each in (OPEN, HIDDEN)}


class Queries(dict[int, CustomersOfQuery]):
    """One that can't be read any more raises, as those of the tenant do."""

    def __getitem__(self, query: int) -> CustomersOfQuery:
        if query == UNREADABLE:
            raise ComparisonError("The query can't be read any more.")
        return super().__getitem__(query)


UNREADABLE = 9
SCHEMA = Schema(
    Profiles("People", "open", BOTH),
    related={
        "Orders": Related("Orders", "open", BOTH, value="hidden"),
        "Visits": Related("Visits", "open", BOTH, value="open"),
        "Mails": Related("Mails", "hidden", BOTH),
    },
    lists={
        "Keys": CustomerList("Keys", "id", DataType.STRING, NamedBy.KEY, is_personal=False),
        "Marked keys": CustomerList("Marked keys", "id", DataType.STRING, NamedBy.KEY, is_personal=True),
        "Addresses": CustomerList("Addresses", "email__email", DataType.STRING, NamedBy.EMAIL),
    },
    queries=Queries(
        {
            1: CustomersOfQuery("By country", exp.select("id"), is_personal=False),
            2: CustomersOfQuery("By address", exp.select("id"), is_personal=True),
        }
    ),
)


def rules(*conditions: Condition, exclude: bool = False) -> Rules:
    asked = Group(sections=(Section(conditions=conditions),))
    return Rules(exclude=asked) if exclude else Rules(include=asked)


def attribute(name: str) -> AttributeCondition:
    return AttributeCondition(attribute=name, operator=Operator.EMPTY)


def rows(table: str, measure: Measure = Measure.COUNT, column: str | None = None, *filters: str) -> Condition:
    return AggregateCondition(
        table=table,
        measure=measure,
        column=column,
        filters=tuple(map(attribute, filters)),
        operator=Operator.AT_LEAST,
        values=("1",),
    )


SEGMENTS = {
    1: rules(attribute("open")),
    2: rules(attribute("hidden")),
    3: rules(attribute("open"), MembershipCondition(segment=2, member=False)),
    4: rules(MembershipCondition(segment=3), exclude=True),
    5: rules(MembershipCondition(segment=5)),
}
ASKED: dict[type, tuple[list[Condition], list[Condition]]] = {
    AttributeCondition: ([attribute("open")], [attribute("hidden"), attribute("gone")]),
    AggregateCondition: (
        [
            rows("Orders"),
            rows("Orders", Measure.COUNT, "hidden"),
            rows("Visits", Measure.GREATEST),
            rows("Orders", Measure.COUNT, None, "open"),
        ],
        [
            rows("Orders", Measure.GREATEST, "hidden"),
            rows("Orders", Measure.GREATEST),
            rows("Orders", Measure.COUNT, None, "open", "hidden"),
            rows("Visits", Measure.SUM, "gone"),
            rows("Mails"),
            rows("Gone"),
        ],
    ),
    MembershipCondition: (
        [MembershipCondition(segment=1), MembershipCondition(segment=5), MembershipCondition(segment=8)],
        [MembershipCondition(segment=2), MembershipCondition(segment=3), MembershipCondition(segment=4)],
    ),
    ListCondition: (
        [ListCondition(table="Keys")],
        [ListCondition(table=name) for name in ("Marked keys", "Addresses", "Gone")],
    ),
    QueryCondition: (
        [QueryCondition(query=1)],
        [QueryCondition(query=query) for query in (2, 7, UNREADABLE)],
    ),
}
"""Of each kind of condition what is open to everybody, and what is about personal data."""


def each(which: int) -> list[Condition]:
    return [condition for examples in ASKED.values() for condition in examples[which]]


def test_every_kind_of_condition_is_judged() -> None:
    (kinds, _discriminator) = get_args(Condition)
    assert set(get_args(kinds)) == set(ASKED)


@pytest.mark.parametrize("condition", each(0), ids=repr)
def test_what_is_open_can_be_asked_by_everybody(condition: Condition) -> None:
    assert not asks_about_pii([condition], SCHEMA, SEGMENTS)
    assert guarded(lambda _before: rules(condition), SCHEMA, SEGMENTS)(Rules()) == rules(condition)


@pytest.mark.parametrize("condition", each(1), ids=repr)
def test_what_is_personal_is_known_as_such_and_barred(condition: Condition) -> None:
    assert asks_about_pii([condition], SCHEMA, SEGMENTS)
    assert asks_about_pii(rules(attribute("open"), condition, exclude=True).conditions, SCHEMA, SEGMENTS)
    with pytest.raises(SegmentError, match="personal data"):
        guarded(lambda _before: rules(condition), SCHEMA, SEGMENTS)(Rules())


def test_where_customers_are_told_apart_by_personal_data_lists_and_queries_of_keys_are_personal() -> None:
    by_address = replace(SCHEMA, profiles=replace(SCHEMA.profiles, key="hidden"))
    for condition in (ListCondition(table="Keys"), QueryCondition(query=1)):
        assert compares_with_pii(condition, by_address)


@pytest.mark.parametrize(
    ("attribute", "told"), [("open", "“ana” is not a number."), ("hidden", "A value is not a number.")]
)
def test_what_is_wrong_with_a_personal_value_is_said_without_it(attribute: str, told: str) -> None:
    numbers = {name: replace(each, type=DataType.INTEGER) for name, each in BOTH.items()}
    schema = replace(SCHEMA, profiles=replace(SCHEMA.profiles, attributes=numbers))
    asked = AttributeCondition(attribute=attribute, operator=Operator.IS, values=("ana",))
    with pytest.raises(RulesError) as refused:
        predicate(rules(asked), schema, MOMENT)
    assert str(refused.value) == told
