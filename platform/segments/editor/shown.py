"""The rules as the editor's templates need them: the value of each field, and what may be chosen there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from customer360.engine.interface import DataType
from customer360.words import TYPES
from segments.compiler import PARTS
from segments.differences import TITLES
from segments.editor.choices import ICONS, about_rows
from segments.editor.defaults import measurable, measured
from segments.editor.posted import RELATIVE, mode_of
from segments.operators import BY_TYPE, MEANINGS, Operands, Operator
from segments.personal import compares_with_pii
from segments.rules import (
    MOST_VALUES,
    AggregateCondition,
    AttributeCondition,
    Join,
    ListCondition,
    Measure,
    MembershipCondition,
    QueryCondition,
    RelativeDate,
    Unit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segments.rules import Condition, Group, Rules, Section, Value
    from segments.schema import Attribute, Related, Schema

DATES = frozenset({DataType.DATE, DataType.DATETIME})
TEXTS = frozenset({DataType.STRING})
MEASURES: dict[Measure, tuple[str, str]] = {
    Measure.SUM: ("Total of", "Total of"),
    Measure.AVERAGE: ("Average of", "Average of"),
    Measure.SMALLEST: ("Smallest", "First"),
    Measure.GREATEST: ("Largest", "Last"),
    Measure.MOST_FREQUENT: ("Most frequent", "Most frequent"),
}
"""What a measure of values is called for numbers, and for dates."""
DAY_MODES = {
    "day": "on the day",
    "today": "today",
    "yesterday": "yesterday",
    "tomorrow": "tomorrow",
    "days-ago": "days ago",
    "months-ago": "months ago",
    "years-ago": "years ago",
    "days-ahead": "days from now",
    "months-ahead": "months from now",
    "years-ahead": "years from now",
}
HIDDEN_PROBLEM = "This condition does not fit the data, or is not finished."
"""Shown instead of the actual problem, which may name a value."""

PICKED = frozenset({Operator.EXACTLY, Operator.NOT_EXACTLY, Operator.IN_LIST, Operator.NOT_IN_LIST, Operator.IS})
"""Operators whose operands are values of the column, so that a list of these helps."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is needed to show rules. `problems` and `hints` are what is wrong or odd about a condition, by its id.

    `hidden` are the ids of the conditions about personal data that this person may not see.
    """

    schema: Schema
    segments: Mapping[int, str]
    problems: Mapping[str, str]
    queries: Mapping[int, str]
    restricted: bool = False
    hidden: frozenset[str] = frozenset()
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One field: a text, a number, or a day with its mode."""

    name: str
    text: str = ""
    mode: str = ""
    amount: int | None = None

    @property
    def modes(self) -> list[Option]:
        return [Option(mode, label, mode == self.mode) for mode, label in DAY_MODES.items()]


@dataclass(frozen=True, slots=True)
class ShownTest:
    """An operator and its values. `picked_from` is the table to pick values from, if they may be picked."""

    prefix: str
    attribute: str
    type: DataType
    operator: Operator
    values: tuple[Value, ...]
    picked_from: str = ""

    @property
    def operators(self) -> list[Option]:
        return [Option(each, MEANINGS[each].label, each is self.operator) for each in BY_TYPE[self.type]]

    @property
    def operands(self) -> str:
        return MEANINGS[self.operator].operands.value

    @property
    def is_date(self) -> bool:
        return self.type in DATES

    @property
    def is_number(self) -> bool:
        return self.type not in DATES | TEXTS

    @property
    def has_picklist(self) -> bool:
        return bool(self.picked_from) and self.operator in PICKED and not self.is_date

    @property
    def fields(self) -> list[ShownValue]:
        """One or two fields, filled in as far as there are values."""
        wanted = 2 if MEANINGS[self.operator].operands is Operands.TWO else 1
        values: list[Value] = [*self.values, "", ""][:wanted]
        return [_field(f"{self.prefix}value-{at}", value, is_date=self.is_date) for at, value in enumerate(values)]

    @property
    def add_name(self) -> str:
        return f"{self.prefix}add"

    @property
    def most(self) -> int:
        """The most values a condition may have."""
        return MOST_VALUES

    @property
    def chips(self) -> list[str]:
        return [str(value) for value in self.values]


def _field(name: str, value: Value, *, is_date: bool) -> ShownValue:
    mode = mode_of(value)
    if isinstance(value, RelativeDate):
        return ShownValue(name, mode=mode, amount=None if mode in RELATIVE else abs(value.ago))
    return ShownValue(name, text=value, mode="day" if is_date else "")


@dataclass(frozen=True, slots=True)
class ShownFilter:
    id: str
    label: str
    icon: str
    test: ShownTest


@dataclass(frozen=True, slots=True)
class ShownCondition:
    """One condition. `hidden` when its values are personal data that this person may neither see nor change."""

    id: str
    kind: str
    icon: str
    title: str
    note: str
    problem: str
    hidden: bool
    is_pii: bool
    hint: str = ""
    test: ShownTest | None = None
    member: bool = True
    rows: str = "rows"
    measures: tuple[Option, ...] = ()
    columns: tuple[Option, ...] = ()
    last: int | None = None
    unit: str = "days"
    filters: tuple[ShownFilter, ...] = ()
    filterable: tuple[str, ...] = ()
    has_time: bool = False

    @property
    def label(self) -> str:
        return f"{self.title}, {self.note}"

    @property
    def is_begun(self) -> bool:
        """Whether it still waits for its first value: nothing wrong has been typed yet."""
        tests = [self.test, *(each.test for each in self.filters)]
        return any(test is not None and test.operands != "none" and not test.values for test in tests)

    @property
    def dom_id(self) -> str:
        return f"c-{self.id}"

    @property
    def menu_id(self) -> str:
        return f"menu-{self.id}"

    @property
    def menu_label(self) -> str:
        return f"More for {self.title}"

    @property
    def units(self) -> list[Option]:
        return [Option(unit.value, unit.value, unit.value == self.unit) for unit in Unit]


@dataclass(frozen=True, slots=True)
class ShownSection:
    id: str
    join: Join
    part: str
    number: int
    conditions: tuple[ShownCondition, ...]

    @property
    def label(self) -> str:
        return f"{TITLES[self.part]}, section {self.number}"

    @property
    def menu_label(self) -> str:
        return f"More for {self.label}"

    @property
    def dom_id(self) -> str:
        return f"s-{self.id}"

    @property
    def menu_id(self) -> str:
        return f"menu-{self.id}"

    @property
    def word(self) -> str:
        return "and" if self.join is Join.ALL else "or"


@dataclass(frozen=True, slots=True)
class ShownPart:
    name: str
    join: Join
    sections: tuple[ShownSection, ...]

    @property
    def title(self) -> str:
        return TITLES[self.name]

    @property
    def add_label(self) -> str:
        return "Add section" if self.sections else "Add condition"

    @property
    def word(self) -> str:
        return "and" if self.join is Join.ALL else "or"


@dataclass(frozen=True)
class Shown:
    rules: Rules
    scene: Scene

    @cached_property
    def parts(self) -> dict[str, ShownPart]:
        return {part: self._part(part, getattr(self.rules, part)) for part in PARTS}

    @cached_property
    def sections(self) -> dict[str, ShownSection]:
        return {section.id: section for part in self.parts.values() for section in part.sections}

    @cached_property
    def conditions(self) -> dict[str, ShownCondition]:
        return {each.id: each for section in self.sections.values() for each in section.conditions}

    def _part(self, name: str, group: Group) -> ShownPart:
        sections = (self._section(section, name, number) for number, section in enumerate(group.sections, 1))
        return ShownPart(name, group.join, tuple(sections))

    def _section(self, section: Section, part: str, number: int) -> ShownSection:
        conditions = tuple(map(self._condition, section.conditions))
        return ShownSection(section.id, section.join, part, number, conditions)

    def _condition(self, condition: Condition) -> ShownCondition:
        match condition:
            case AttributeCondition():
                return self._attribute(condition)
            case AggregateCondition():
                return self._aggregate(condition)
            case MembershipCondition():
                name = self.scene.segments.get(condition.segment, "Deleted segment")
                return self._shown(condition, "segment", name, "Segment", member=condition.member)
            case ListCondition():
                return self._shown(condition, "list", condition.table, "Uploaded list", member=condition.member)
            case QueryCondition():
                name = self.scene.queries.get(condition.query, "Deleted or inactive query")
                return self._shown(condition, "query", name, "Result of a query", member=condition.member)

    def _attribute(self, condition: AttributeCondition) -> ShownCondition:
        profiles = self.scene.schema.profiles
        attribute = profiles.attributes.get(condition.attribute)
        kind = attribute.type if attribute else DataType.OTHER
        note = f"{profiles.table} · {TYPES[kind]}"
        test = _test(condition, kind, picked_from=profiles.table)
        return self._shown(condition, ICONS[kind], condition.attribute, note, test=test)

    def _aggregate(self, condition: AggregateCondition) -> ShownCondition:
        related = self.scene.schema.related.get(condition.table)
        kind = measured(condition, self.scene.schema)
        rows = "orders" if self.scene.schema.has_orders(condition.table) else "rows"
        return self._shown(
            condition,
            "activity",
            condition.table,
            about_rows(related) if related else "Deleted table",
            test=_test(condition, kind, picked_from=condition.table if _is_picked(condition) else ""),
            rows=rows,
            measures=_measures(condition, kind, rows),
            columns=_columns(condition, related) if related else (),
            last=condition.window.last,
            unit=condition.window.unit.value,
            filters=tuple(_filter(each, condition, related) for each in condition.filters),
            filterable=tuple(_filterable(related, self.scene)) if related else (),
            has_time=bool(related and related.time),
        )

    def _shown(self, condition: Condition, icon: str, title: str, note: str, **rest: object) -> ShownCondition:
        hidden = condition.id in self.scene.hidden
        problem = self.scene.problems.get(condition.id, "")
        return ShownCondition(
            id=condition.id,
            kind=condition.kind,
            icon=icon,
            title=title,
            note=note,
            problem=HIDDEN_PROBLEM if hidden and problem else problem,
            hidden=hidden,
            hint="" if hidden or problem else self.scene.hints.get(condition.id, ""),
            is_pii=hidden or compares_with_pii(condition, self.scene.schema),
            **rest,  # type: ignore[arg-type]  # checked by the dataclass's own names
        )


def _test(
    condition: AttributeCondition | AggregateCondition, kind: DataType, *, prefix: str = "", picked_from: str = ""
) -> ShownTest:
    name = condition.attribute if isinstance(condition, AttributeCondition) else condition.column or ""
    return ShownTest(prefix, name, kind, condition.operator, condition.values, picked_from)


def _is_picked(condition: AggregateCondition) -> bool:
    """Whether it computes one of the column's own values, which can be picked."""
    return condition.measure is Measure.MOST_FREQUENT


def _measures(condition: AggregateCondition, kind: DataType, rows: str) -> tuple[Option, ...]:
    counted = {Measure.COUNT: f"Number of {rows}"}
    called = counted | {measure: labels[kind in DATES] for measure, labels in MEASURES.items()}
    return tuple(Option(measure, label, measure is condition.measure) for measure, label in called.items())


def _columns(condition: AggregateCondition, related: Related) -> tuple[Option, ...]:
    return tuple(
        Option(each.name, each.name, each.name == condition.column)
        for each in measurable(related, condition.measure)
    )


def _filter(condition: AttributeCondition, whole: AggregateCondition, related: Related | None) -> ShownFilter:
    attribute: Attribute | None = related.attributes.get(condition.attribute) if related else None
    kind = attribute.type if attribute else DataType.OTHER
    test = _test(condition, kind, prefix=f"{condition.id}-", picked_from=whole.table)
    return ShownFilter(condition.id, condition.attribute, ICONS[kind], test)


def _filterable(related: Related, scene: Scene) -> Iterator[str]:
    for each in related.attributes.values():
        if not (scene.restricted and each.is_pii):
            yield each.name
