"""Random segments over random small tables: the engine finds whom plain Python finds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from customer360.engine import INTERACTIVE, JOB, DataType, DuckDBEngine
from segments.comparisons import Moment
from segments.compiler import DEEPEST, column, predicate
from segments.editor.checking import problems
from segments.errors import CircularSegmentError, RulesError, TooManyConditionsError
from segments.operators import BY_TYPE, MEANINGS, Operands, Operator
from segments.rules import (
    AggregateCondition,
    AttributeCondition,
    Condition,
    Group,
    Join,
    ListCondition,
    Measure,
    MembershipCondition,
    QueryCondition,
    RelativeDate,
    Rules,
    Section,
    Unit,
    Value,
    Window,
)
from tests.segments.world import A_QUERY, MOMENT, SCHEMA, TODAY, Customer, Order, World

if TYPE_CHECKING:
    from collections.abc import Mapping


ENGINE = DuckDBEngine(Path(gettempdir()))
FIRST_INSTANT = datetime(2026, 3, 6, tzinfo=UTC)


def members(world: World, rules: Rules, segments: Mapping[int, Rules]) -> set[object]:
    return all_members(world, [rules], segments)[0]


def all_members(world: World, several: list[Rules], segments: Mapping[int, Rules]) -> list[set[object]]:
    """Whom the engine finds for each of several segments, in one session."""
    queries = [query_of(rules, segments) for rules in several]
    with ENGINE.open_session(world.relations, limits=JOB) as session:
        return [{key for (key,) in session.rows(query)} for query in queries]


def query_of(rules: Rules, segments: Mapping[int, Rules]) -> exp.Select:
    profiles = SCHEMA.profiles
    everybody = exp.select(column(profiles.table, profiles.key)).from_(exp.to_table(profiles.table, quoted=True))
    return everybody.where(predicate(rules, SCHEMA, MOMENT, segments=segments))


COUNTS = {Operands.NONE: 0, Operands.ONE: 1, Operands.TWO: 2, Operands.MANY: 1}
WORDS = ["", "Paris", "paris", "São Paulo", "O'Hare", "par", "%", "_"]
MONEY = st.sampled_from([Decimal(text) for text in ("-3", "0", "1", "2", "10.5")])
DAYS = st.dates(min_value=date(2026, 3, 6), max_value=date(2026, 3, 11))
LONG_AGO = st.integers(0, 2000).map(lambda days: FIRST_INSTANT - timedelta(days=days))
INSTANTS = st.integers(0, 5 * 24 * 60).map(lambda minutes: FIRST_INSTANT + timedelta(minutes=minutes))
KINDS = {
    "city": st.sampled_from(WORDS),
    "score": MONEY.map(str),
    "born": DAYS.map(date.isoformat),
    "seen": DAYS.map(date.isoformat),
}
RELATIVE = st.builds(RelativeDate, ago=st.integers(-2, 4), unit=st.just(Unit.DAYS)) | st.builds(
    RelativeDate, ago=st.integers(-1, 1), unit=st.sampled_from([Unit.MONTHS, Unit.YEARS])
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    customers = [
        Customer(
            id=number,
            city=draw(st.none() | st.sampled_from(WORDS)),
            score=draw(st.none() | MONEY),
            vip=draw(st.none() | st.booleans()),
            born=draw(st.none() | DAYS),
            seen=draw(st.none() | INSTANTS),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    order = st.builds(
        Order,
        customer=st.none() | st.integers(0, 7),
        at=INSTANTS | LONG_AGO,
        value=st.none() | MONEY,
        product=st.none() | st.sampled_from(WORDS),
    )
    return World(tuple(customers), tuple(draw(st.lists(order, max_size=10))))


def operands(operator: Operator, values: st.SearchStrategy[Value]) -> st.SearchStrategy[tuple[Value, ...]]:
    least, most = {
        Operands.NONE: (0, 0),
        Operands.ONE: (1, 1),
        Operands.TWO: (2, 2),
        Operands.MANY: (1, 3),
    }[MEANINGS[operator].operands]
    return st.lists(values, min_size=least, max_size=most).map(tuple)


@st.composite
def attribute_conditions(draw: st.DrawFn) -> Condition:
    attribute = draw(st.sampled_from(["city", "score", "vip", "born", "seen"]))
    kind = SCHEMA.profiles.attributes[attribute].type
    operator = draw(st.sampled_from(BY_TYPE[kind]))
    values: st.SearchStrategy[Value] = KINDS.get(attribute, st.nothing())
    if kind in {DataType.DATE, DataType.DATETIME}:
        values = values | RELATIVE
    return AttributeCondition(attribute=attribute, operator=operator, values=draw(operands(operator, values)))


ORDER_COLUMNS = {"value": KINDS["score"], "product": KINDS["city"], "at": KINDS["seen"] | RELATIVE}


@st.composite
def filters(draw: st.DrawFn) -> AttributeCondition:
    column, values = draw(st.sampled_from(list(ORDER_COLUMNS.items())))
    operator = draw(st.sampled_from(BY_TYPE[SCHEMA.related["Orders"].attributes[column].type]))
    return AttributeCondition(attribute=column, operator=operator, values=draw(operands(operator, values)))


@st.composite
def aggregate_conditions(draw: st.DrawFn) -> Condition:
    measure = draw(st.sampled_from(Measure))
    column = draw(st.sampled_from(["value", "product"])) if measure is Measure.MOST_FREQUENT else "value"
    operator = draw(st.sampled_from(BY_TYPE[SCHEMA.related["Orders"].attributes[column].type]))
    return AggregateCondition(
        table="Orders",
        measure=measure,
        column=column,
        window=draw(st.builds(Window, last=st.none() | st.integers(1, 5), unit=st.sampled_from(Unit))),
        filters=tuple(draw(st.lists(filters(), max_size=2))),
        operator=operator,
        values=draw(operands(operator, ORDER_COLUMNS[column])),
    )


PLAIN_CONDITIONS = (
    attribute_conditions()
    | aggregate_conditions()
    | st.builds(ListCondition, table=st.just("Listed"), member=st.booleans())
    | st.builds(QueryCondition, query=st.just(A_QUERY), member=st.booleans())
)
DEEP, DEEPER = 1, 2
NESTING = PLAIN_CONDITIONS | st.builds(MembershipCondition, segment=st.just(DEEPER), member=st.booleans())
CONDITIONS = NESTING | st.builds(MembershipCondition, segment=st.just(DEEP), member=st.booleans())


def rules_of(conditions: st.SearchStrategy[Condition]) -> st.SearchStrategy[Rules]:
    section = st.builds(
        Section, join=st.sampled_from(Join), conditions=st.lists(conditions, max_size=3).map(tuple)
    )
    group = st.builds(Group, join=st.sampled_from(Join), sections=st.lists(section, max_size=2).map(tuple))
    return st.builds(Rules, include=group, exclude=group)


SEVERAL = st.lists(rules_of(CONDITIONS), min_size=2, max_size=4)


OTHERS = st.fixed_dictionaries({DEEP: rules_of(NESTING), DEEPER: rules_of(PLAIN_CONDITIONS)})


def walk(world: World, several: list[Rules], others: dict[int, Rules]) -> None:
    assert all_members(world, several, others) == [world.members(rules, others) for rules in several]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds(), several=SEVERAL, others=OTHERS)
def test_the_engine_finds_whom_plain_python_finds(
    world: World, several: list[Rules], others: dict[int, Rules]
) -> None:
    walk(world, several, others)


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds(), several=SEVERAL, others=OTHERS)
def test_many_random_segments_find_whom_plain_python_finds(
    world: World, several: list[Rules], others: dict[int, Rules]
) -> None:
    walk(world, several, others)


NOBODY_KNOWN = Customer(id=1, city=None, score=None, vip=None, born=None, seen=None)


@pytest.mark.parametrize("attribute", ["city", "score", "vip", "born", "seen"])
def test_an_empty_value_meets_negatives_and_tests_for_emptiness_only(attribute: str) -> None:
    world = World((NOBODY_KNOWN,), ())
    every: dict[Operator, tuple[Rules, set[int]]] = {}
    sample = {"city": "Paris", "score": "1", "born": "2026-03-01", "seen": "2026-03-01"}.get(attribute, "")
    for operator in BY_TYPE[SCHEMA.profiles.attributes[attribute].type]:
        meaning = MEANINGS[operator]
        values = (sample,) * COUNTS[meaning.operands]
        condition = AttributeCondition(attribute=attribute, operator=operator, values=values)
        rules = Rules(include=Group(sections=(Section(conditions=(condition,)),)))
        expects_match = operator in {Operator.IS_NULL, Operator.EMPTY} or meaning.negates not in {
            None,
            Operator.IS_NULL,
            Operator.EMPTY,
        }
        every[operator] = (rules, {1} if expects_match else set())
    assert all_members(world, [rules for rules, _ in every.values()], {}) == [found for _, found in every.values()]


MEETING: dict[str, tuple[str, ...]] = {
    "score": ("0", "1", "2"),
    "born": ("2026-03-07", "2026-03-08", "2026-03-09"),
    "seen": ("2026-03-07", "2026-03-08", "2026-03-09"),
    "city": ("Paris", "par", ""),
}
"""Values that the customers below have too, so that each operator is tried at its edges."""


@pytest.mark.parametrize("attribute", MEETING)
def test_every_operator_agrees_with_plain_python_at_its_edges(attribute: str) -> None:
    world = World(
        tuple(
            Customer(
                number,
                city=WORDS[number % len(WORDS)],
                score=Decimal(number % 4),
                vip=None,
                born=date(2026, 3, 6 + number % 5),
                seen=datetime(2026, 3, 6 + number % 5, 4 + number % 2, tzinfo=UTC),
            )
            for number in range(20)
        ),
        (),
    )
    every = [
        including(AttributeCondition(attribute=attribute, operator=operator, values=values))
        for operator in BY_TYPE[SCHEMA.profiles.attributes[attribute].type]
        for values in product(MEETING[attribute], repeat=COUNTS[MEANINGS[operator].operands])
    ]
    assert all_members(world, every, {}) == [world.members(rules, {}) for rules in every]


def test_a_day_begins_and_ends_in_the_tenants_zone() -> None:
    late = Customer(
        1, None, None, None, None, datetime(2026, 3, 9, 3, 59, tzinfo=UTC)
    )  # 8 March 23:59 in New York
    early = Customer(2, None, None, None, None, datetime(2026, 3, 9, 4, 0, tzinfo=UTC))  # 9 March 00:00
    world = World((late, early), ())
    condition = AttributeCondition(attribute="seen", operator=Operator.IS, values=(RelativeDate(ago=0),))
    rules = Rules(include=Group(sections=(Section(conditions=(condition,)),)))
    assert date(2026, 3, 9) == TODAY
    assert members(world, rules, {}) == {2}


def test_no_rule_is_everybody() -> None:
    assert members(World((NOBODY_KNOWN,), ()), Rules(), {}) == {1}


def including(*conditions: Condition) -> Rules:
    return Rules(include=Group(sections=(Section(conditions=conditions),)))


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (AttributeCondition(attribute="gone", operator=Operator.EMPTY), "no attribute “gone”"),
        (AttributeCondition(attribute="city", operator=Operator.GREATER, values=("1",)), "can't be asked"),
        (AttributeCondition(attribute="score", operator=Operator.IS, values=("ten",)), "“ten” is not a number"),
        (AttributeCondition(attribute="score", operator=Operator.IS, values=("NaN",)), "not a number"),
        *(
            (AttributeCondition(attribute="score", operator=Operator.IS, values=(number,)), "30 places")
            for number in ("1e999999999", "-1e999999999", "1e-999999999", "0e999999999", "9" * 32)
        ),
        *(
            (AttributeCondition(attribute=attribute, operator=Operator.IS, values=(day,)), "end of the calendar")
            for attribute in ("born", "seen")
            for day in ("9999-12-31", "0001-01-01")
        ),
        (AttributeCondition(attribute="score", operator=Operator.BETWEEN, values=("1",)), "needs two values"),
        (AttributeCondition(attribute="score", operator=Operator.IN_LIST), "at least one value"),
        (AttributeCondition(attribute="vip", operator=Operator.IS_TRUE, values=("x",)), "needs no value"),
        (AttributeCondition(attribute="born", operator=Operator.IS, values=("31/3/2026",)), "not a date"),
        (
            AttributeCondition(attribute="city", operator=Operator.CONTAINS, values=(RelativeDate(ago=1),)),
            "relative",
        ),
        (
            AggregateCondition(table="Visits", measure=Measure.COUNT, operator=Operator.IS, values=("1",)),
            "no table",
        ),
        (
            AggregateCondition(
                table="Orders", measure=Measure.SUM, column="at", operator=Operator.IS, values=("1",)
            ),
            "not a number",
        ),
        (MembershipCondition(segment=9), "not active"),
    ],
)
def test_a_condition_that_does_not_fit_is_named_with_its_place(condition: Condition, message: str) -> None:
    good = AttributeCondition(attribute="city", operator=Operator.EMPTY)
    with pytest.raises(RulesError, match=message) as refused:
        predicate(including(good, condition), SCHEMA, MOMENT)
    assert [problem.place for problem in refused.value.problems] == ["include.0.1"]


def test_all_that_does_not_fit_is_named_at_once() -> None:
    wrong = AttributeCondition(attribute="gone", operator=Operator.EMPTY)
    with pytest.raises(RulesError) as refused:
        predicate(Rules(include=including(wrong).include, exclude=including(wrong, wrong).include), SCHEMA, MOMENT)
    assert [problem.place for problem in refused.value.problems] == ["include.0.0", "exclude.0.0", "exclude.0.1"]


def test_a_segment_can_not_ask_about_itself_by_way_of_another() -> None:
    segments = {1: including(MembershipCondition(segment=2)), 2: including(MembershipCondition(segment=1))}
    with pytest.raises(CircularSegmentError):
        predicate(segments[1], SCHEMA, MOMENT, segments=segments)


def test_segments_that_ask_about_each_other_are_not_written_out_without_end() -> None:
    first = including(AttributeCondition(attribute="city", operator=Operator.EMPTY))
    doubled = {0: first} | {
        number: including(*[MembershipCondition(segment=number - 1)] * 2) for number in range(1, DEEPEST)
    }
    with pytest.raises(TooManyConditionsError, match="more than 3,000 conditions"):
        predicate(doubled[DEEPEST - 1], SCHEMA, MOMENT, segments=doubled)
    row = {0: first} | {number: including(MembershipCondition(segment=number - 1)) for number in range(1, 60)}
    with pytest.raises(TooManyConditionsError, match="in a row"):
        predicate(row[59], SCHEMA, MOMENT, segments=row)
    everybody = World((NOBODY_KNOWN,), ())
    assert members(everybody, row[DEEPEST], row) == {1}
    assert set(problems(row[59], SCHEMA, MOMENT, row, segment=0)) == {""}


def test_values_are_never_read_as_sql() -> None:
    hostile = AttributeCondition(attribute="city", operator=Operator.EXACTLY, values=("' OR 1=1 --",))
    assert members(World((NOBODY_KNOWN,), ()), including(hostile), {}) == set()


def test_months_are_counted_back_to_the_last_day_where_a_month_is_shorter() -> None:
    assert RelativeDate(ago=1, unit=Unit.MONTHS).seen_from(date(2026, 3, 31)) == date(2026, 2, 28)
    assert RelativeDate(ago=-1, unit=Unit.MONTHS).seen_from(date(2026, 12, 31)) == date(2027, 1, 31)
    assert RelativeDate(ago=1, unit=Unit.YEARS).seen_from(date(2028, 2, 29)) == date(2027, 2, 28)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("unit", Unit)
def test_days_further_away_than_the_calendar_reaches_are_its_ends(zone: str, unit: Unit) -> None:
    moment = Moment(TODAY, ZoneInfo(zone))
    ended = AggregateCondition(
        table="Orders",
        measure=Measure.COUNT,
        window=Window(last=36_500, unit=unit),
        operator=Operator.AT_LEAST,
        values=("1",),
    )
    days = [RelativeDate(ago=36_500, unit=unit), RelativeDate(ago=-3_650, unit=unit), "9999-12-30", "0001-01-02"]
    asked = [
        AttributeCondition(attribute=attribute, operator=operator, values=(day,))
        for attribute in ("born", "seen")
        for operator in (Operator.IS, Operator.AFTER, Operator.ON_OR_BEFORE)
        for day in days
    ]
    everywhere = Rules(include=Group(join=Join.ANY, sections=(Section(conditions=(ended, *asked)),)))
    found = exp.select("id").from_(exp.to_table("Customer 360", quoted=True))
    with ENGINE.open_session(World((NOBODY_KNOWN,), ()).relations, limits=INTERACTIVE) as session:
        assert session.rows(found.where(predicate(everywhere, SCHEMA, moment))) == []
