"""What docs/segments.md says of operators and empty values is what the engine does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlglot import exp

from customer360.engine import INTERACTIVE, DataType
from customer360.engine.interface import NUMBERS
from segments.compiler import column, predicate
from segments.operators import BY_TYPE, MEANINGS, Operands, Operator
from segments.rules import AggregateCondition, AttributeCondition, Condition, Group, Measure, Rules, Section
from tests.segments.test_compiler import ENGINE
from tests.segments.world import MOMENT, SCHEMA, Customer, World

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "segments.md"
ASKED_OF = {
    "boolean": {DataType.BOOLEAN},
    "number": set(NUMBERS),
    "date": {DataType.DATE, DataType.DATETIME},
    "text": {DataType.STRING},
}
BY_LABEL = {meaning.label: operator for operator, meaning in MEANINGS.items()}
VALUES = {Operands.NONE: 0, Operands.ONE: 1, Operands.TWO: 2, Operands.MANY: 1}
SAMPLES = {"city": "Paris", "score": "1", "born": "2026-03-01", "seen": "2026-03-01", "vip": ""}
NOTHING, EMPTY_TEXT = 1, 2
WORLD = World(
    (
        Customer(NOTHING, city=None, score=None, vip=None, born=None, seen=None),
        Customer(EMPTY_TEXT, city="", score=None, vip=None, born=None, seen=None),
    ),
    (),
)


def rows() -> Iterator[tuple[Operator, set[DataType], bool, bool | None]]:
    """Each row of the table: the operator, the types it is asked of, whether NULL matches, and empty text."""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[1] in BY_LABEL:
            types = set().union(*(ASKED_OF[kind] for kind in cells[0].split(", ")))
            yield BY_LABEL[cells[1]], types, cells[3] == "yes", {"yes": True, "no": False}.get(cells[4])


def members(*conditions: Condition) -> list[set[object]]:
    """Whom the engine finds for each condition alone, in one session."""
    profiles = SCHEMA.profiles
    everybody = exp.select(column(profiles.table, profiles.key)).from_(exp.to_table(profiles.table, quoted=True))
    with ENGINE.open_session(WORLD.relations, limits=INTERACTIVE) as session:
        return [{key for (key,) in session.rows(everybody.where(alone(each)))} for each in conditions]


def alone(condition: Condition) -> exp.Expr:
    rules = Rules(include=Group(sections=(Section(conditions=(condition,)),)))
    return predicate(rules, SCHEMA, MOMENT)


def asking(attribute: str, operator: Operator) -> AttributeCondition:
    values = (SAMPLES[attribute],) * VALUES[MEANINGS[operator].operands]
    return AttributeCondition(attribute=attribute, operator=operator, values=values)


def test_the_table_has_every_operator_of_every_type() -> None:
    documented = {(operator, kind) for operator, types, _, _ in rows() for kind in types}
    assert documented == {
        (operator, kind)
        for kind, operators in BY_TYPE.items()
        if kind is not DataType.OTHER
        for operator in operators
    }


def test_empty_values_match_as_the_table_says() -> None:
    asked = [
        (asking(name, operator), on_null, on_empty if name == "city" else on_null)
        for operator, types, on_null, on_empty in rows()
        for name, attribute in SCHEMA.profiles.attributes.items()
        if name in SAMPLES and attribute.type in types
    ]
    found = members(*(condition for condition, _, _ in asked))
    said = [
        {key for key, matches in ((NOTHING, on_null), (EMPTY_TEXT, on_empty)) if matches}
        for _, on_null, on_empty in asked
    ]
    assert found == said


@pytest.mark.parametrize(
    ("measure", "operator", "values", "matches"),
    [
        (Measure.COUNT, Operator.LESS, ("3",), True),
        (Measure.COUNT, Operator.IS, ("0",), True),
        (Measure.COUNT, Operator.IS_NULL, (), False),
        (Measure.SUM, Operator.IS, ("0",), True),
        (Measure.AVERAGE, Operator.LESS, ("3",), False),
        (Measure.AVERAGE, Operator.IS_NULL, (), True),
        (Measure.SMALLEST, Operator.IS_NOT, ("3",), True),
        (Measure.GREATEST, Operator.IS_NOT_NULL, (), False),
        (Measure.MOST_FREQUENT, Operator.IS_NULL, (), True),
        (Measure.MOST_FREQUENT, Operator.IN_LIST, ("3",), False),
    ],
)
def test_who_has_no_orders_is_found_as_the_document_says(
    measure: Measure, operator: Operator, values: tuple[str, ...], *, matches: bool
) -> None:
    condition = AggregateCondition(
        table="Orders", measure=measure, column="value", operator=operator, values=values
    )
    assert members(condition) == [{NOTHING, EMPTY_TEXT} if matches else set()]
