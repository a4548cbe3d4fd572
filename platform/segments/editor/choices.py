"""What can be asked about: everything that the picker of the editor offers, and the conditions it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from customer360.engine.interface import DataType
from customer360.semantics import Semantic
from segments.editor.changes import new_id
from segments.editor.defaults import about
from segments.errors import SegmentError
from segments.operators import Operator
from segments.rules import AggregateCondition, ListCondition, Measure, MembershipCondition, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segments.rules import Condition
    from segments.schema import Attribute, Related, Schema

ICONS: dict[DataType, str] = {
    DataType.BOOLEAN: "check",
    DataType.DATE: "calendar",
    DataType.DATETIME: "clock",
    DataType.INTEGER: "chart",
    DataType.DECIMAL: "chart",
    DataType.FLOAT: "chart",
    DataType.STRING: "tag",
    DataType.OTHER: "columns",
}
TYPES: dict[DataType, str] = {
    DataType.BOOLEAN: "Yes or no",
    DataType.DATE: "Date",
    DataType.DATETIME: "Date and time",
    DataType.INTEGER: "Whole number",
    DataType.DECIMAL: "Number",
    DataType.FLOAT: "Number",
    DataType.STRING: "Text",
    DataType.OTHER: "Other",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to ask about. `barred` says why this person can't choose it."""

    value: str
    label: str
    note: str
    icon: str
    condition: Condition
    is_pii: bool = False
    barred: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    label: str
    note: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A ready-made question about a customer's rows in another table; `of` is its time or its value."""

    key: str
    label: str
    note: str
    measure: Measure
    operator: Operator
    values: tuple[Value, ...] = ()
    of: str = ""


PURCHASES = (
    Behaviour("has", "Has purchased", "At least once", Measure.COUNT, Operator.AT_LEAST, ("1",)),
    Behaviour("has-not", "Has not purchased", "No order", Measure.COUNT, Operator.IS, ("0",)),
    Behaviour("repeat", "Repeat purchase", "Two orders or more", Measure.COUNT, Operator.AT_LEAST, ("2",)),
    Behaviour("count", "Number of orders", "Whole number", Measure.COUNT, Operator.AT_LEAST),
    Behaviour("total", "Total value of orders", "Number", Measure.SUM, Operator.AT_LEAST, of="value"),
    Behaviour("average", "Average value of an order", "Number", Measure.AVERAGE, Operator.AT_LEAST, of="value"),
    Behaviour("largest", "Largest order", "Number", Measure.GREATEST, Operator.AT_LEAST, of="value"),
    Behaviour("first", "First purchase", "Date and time", Measure.SMALLEST, Operator.ON_OR_AFTER, of="time"),
    Behaviour("last", "Last purchase", "Date and time", Measure.GREATEST, Operator.ON_OR_AFTER, of="time"),
)
ROWS = (
    Behaviour("has", "Is in", "At least one row", Measure.COUNT, Operator.AT_LEAST, ("1",)),
    Behaviour("has-not", "Is not in", "No row", Measure.COUNT, Operator.IS, ("0",)),
    Behaviour("count", "Number of rows in", "Whole number", Measure.COUNT, Operator.AT_LEAST),
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that can be asked in the tenant. `circular` are segments that ask about the one being edited."""

    schema: Schema
    segments: Mapping[int, str]
    circular: frozenset[int] = frozenset()
    restricted: bool = False

    def groups(self) -> list[ChoiceGroup]:
        related = [self._behaviours(table) for table in self.schema.related.values()]
        groups = [self._attributes(), *related, self._segments(), self._lists()]
        return [group for group in groups if group.choices]

    def condition(self, value: str) -> Condition:
        """A new condition for a choice. Raises SegmentError for one that is not offered, or barred."""
        found = next((each for group in self.groups() for each in group.choices if each.value == value), None)
        if found is None:
            raise SegmentError("This can no longer be chosen. Open the list again.")
        if found.barred:
            raise SegmentError(found.barred)
        return found.condition.model_copy(update={"id": new_id()})

    def _attributes(self) -> ChoiceGroup:
        profiles = self.schema.profiles
        choices = tuple(self._attribute(attribute) for attribute in profiles.attributes.values())
        return ChoiceGroup(profiles.table, "What is known about the customer", choices)

    def _attribute(self, attribute: Attribute) -> Choice:
        meaning = Semantic(attribute.semantic).label if attribute.semantic else ""
        return Choice(
            value=f"attribute:{attribute.name}",
            label=attribute.name,
            note=" · ".join(filter(None, [TYPES[attribute.type], meaning])),
            icon=ICONS[attribute.type],
            condition=about(attribute),
            is_pii=attribute.is_pii,
            barred=PII if attribute.is_pii and self.restricted else "",
        )

    def _behaviours(self, table: Related) -> ChoiceGroup:
        sold = bool(table.time and table.value)
        note = "What the customer bought, in any span of time" if sold else "Rows about the customer"
        offered = PURCHASES if sold else ROWS
        return ChoiceGroup(table.table, note, tuple(self._behaviour(table, each, sold=sold) for each in offered))

    def _behaviour(self, table: Related, offered: Behaviour, *, sold: bool) -> Choice:
        column = {"value": table.value, "time": table.time, "": None}[offered.of]
        is_pii = column is not None and self.schema.is_related_pii(table.table, column)
        return Choice(
            value=f"behaviour:{table.table}:{offered.key}",
            label=offered.label if sold else f"{offered.label} {table.table}",
            note=offered.note,
            icon="activity",
            condition=AggregateCondition(
                table=table.table,
                measure=offered.measure,
                column=column,
                operator=offered.operator,
                values=offered.values,
            ),
            is_pii=is_pii,
            barred=PII if is_pii and self.restricted else "",
        )

    def _segments(self) -> ChoiceGroup:
        return ChoiceGroup("Segments", "Customers of another active segment", tuple(self._each_segment()))

    def _each_segment(self) -> Iterator[Choice]:
        for pk, name in self.segments.items():
            yield Choice(
                value=f"segment:{pk}",
                label=name,
                note="Segment",
                icon="segment",
                condition=MembershipCondition(segment=pk),
                barred=CIRCLE.format(name) if pk in self.circular else "",
            )

    def _lists(self) -> ChoiceGroup:
        choices = tuple(
            Choice(f"list:{name}", name, "Uploaded list", "list", ListCondition(table=name))
            for name in self.schema.lists
        )
        return ChoiceGroup("Uploaded lists", "Customers named in a file", choices)


PII = "This is personal data. You can't ask about it with Restrict PII access."
CIRCLE = "“{}” asks about this segment itself, so neither could be decided. Choose another one."
