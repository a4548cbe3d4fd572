"""What conditions can ask about: everything the editor's picker offers, and the conditions it makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from customer360.engine.interface import DataType
from customer360.semantics import Semantic
from customer360.words import TYPES
from segments.editor.changes import new_id
from segments.editor.defaults import about, favourable
from segments.errors import SegmentError
from segments.operators import Operator
from segments.personal import BARRED, asks_about_pii, compares_with_pii
from segments.rules import (
    AggregateCondition,
    ListCondition,
    Measure,
    MembershipCondition,
    QueryCondition,
    Unit,
    Value,
    Window,
)
from segments.schema import CAMPAIGN_RECIPIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segments.rules import Condition, Rules
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


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to ask about. `barred` says why this person may not choose it."""

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


ANY_TIME = Window()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A ready-made question about a customer's rows in another table.

    `of` is the table's time, its value, or the kind of what was bought; `where` is a column to choose values of.
    """

    key: str
    label: str
    note: str
    measure: Measure
    operator: Operator
    values: tuple[Value, ...] = ()
    of: str = ""
    window: Window = ANY_TIME
    where: str = ""


PURCHASES = (
    Behaviour("has", "Has purchased", "At least once", Measure.COUNT, Operator.AT_LEAST, ("1",)),
    Behaviour("has-not", "Has not purchased", "No order", Measure.COUNT, Operator.IS, ("0",)),
    Behaviour("repeat", "Repeat purchase", "Two orders or more", Measure.COUNT, Operator.AT_LEAST, ("2",)),
    Behaviour("count", "Number of orders", "Whole number", Measure.COUNT, Operator.AT_LEAST),
    Behaviour("total", "Total value of orders", "Number", Measure.SUM, Operator.AT_LEAST, of="value"),
    Behaviour("average", "Average value of an order", "Number", Measure.AVERAGE, Operator.AT_LEAST, of="value"),
    Behaviour("largest", "Largest order", "Number", Measure.GREATEST, Operator.AT_LEAST, of="value"),
    Behaviour(
        *("favourite", "Most frequent purchase", "What was bought most often", Measure.MOST_FREQUENT),
        *(Operator.IN_LIST,),
        of="kind",
    ),
    Behaviour("first", "First purchase", "Date and time", Measure.SMALLEST, Operator.ON_OR_AFTER, of="time"),
    Behaviour("last", "Last purchase", "Date and time", Measure.GREATEST, Operator.ON_OR_AFTER, of="time"),
)
ROWS = (
    Behaviour("has", "Is in", "At least one row", Measure.COUNT, Operator.AT_LEAST, ("1",)),
    Behaviour("has-not", "Is not in", "No row", Measure.COUNT, Operator.IS, ("0",)),
    Behaviour("count", "Number of rows in", "Whole number", Measure.COUNT, Operator.AT_LEAST),
)
LATELY = Window(last=30, unit=Unit.DAYS)
CAMPAIGNS = (
    Behaviour(
        *("in", "Was in a campaign", "One of your choice, in the last 30 days", Measure.COUNT),
        *(Operator.AT_LEAST, ("1",)),
        window=LATELY,
        where="campaign_name",
    ),
    Behaviour(
        *("not-in", "Was not in a campaign", "One of your choice, in the last 30 days", Measure.COUNT),
        *(Operator.IS, ("0",)),
        window=LATELY,
        where="campaign_name",
    ),
    Behaviour(
        *("none", "Was in no campaign", "In the last 30 days", Measure.COUNT, Operator.IS, ("0",)), window=LATELY
    ),
    Behaviour("last", "Last in a campaign", "Date and time", Measure.GREATEST, Operator.BEFORE, of="time"),
)


def offered(table: Related) -> tuple[Behaviour, ...]:
    """The questions that make sense for a table."""
    if table.table == CAMPAIGN_RECIPIENTS:
        return CAMPAIGNS
    if not table.tells_purchases:
        return ROWS
    return tuple(each for each in PURCHASES if each.of != "kind" or favourable(table))


def about_rows(table: Related) -> str:
    """What the rows of a table say about the customer."""
    if table.table == CAMPAIGN_RECIPIENTS:
        return "Which campaigns the customer was in"
    return "What the customer bought" if table.tells_purchases else "Rows about the customer"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that can be asked in the tenant. `circular` are segments that ask about the one being edited.

    `rules` are those of the active segments; they decide what a `restricted` person may not ask.
    """

    schema: Schema
    segments: Mapping[int, str]
    queries: Mapping[int, str]
    circular: frozenset[int] = frozenset()
    restricted: bool = False
    rules: Mapping[int, Rules] = field(default_factory=dict)

    def groups(self) -> list[ChoiceGroup]:
        related = [self._behaviours(table) for table in self.schema.related.values()]
        groups = [self._attributes(), *related, self._segments(), self._lists(), self._queries()]
        return [group for group in groups if group.choices]

    def condition(self, value: str) -> Condition:
        """A new condition for a choice. Raises SegmentError for one that is not offered or is barred."""
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
        condition = about(attribute)
        return Choice(
            value=f"attribute:{attribute.name}",
            label=attribute.name,
            note=" · ".join(filter(None, [TYPES[attribute.type], meaning])),
            icon=ICONS[attribute.type],
            condition=condition,
            is_pii=attribute.is_pii,
            barred=self._barred(condition),
        )

    def _behaviours(self, table: Related) -> ChoiceGroup:
        choices = tuple(self._behaviour(table, each) for each in offered(table))
        return ChoiceGroup(table.table, about_rows(table), choices)

    def _behaviour(self, table: Related, behaviour: Behaviour) -> Choice:
        condition = _asked(table, behaviour)
        return Choice(
            value=f"behaviour:{table.table}:{behaviour.key}",
            label=behaviour.label
            if table.tells_purchases or table.table == CAMPAIGN_RECIPIENTS
            else f"{behaviour.label} {table.table}",
            note=behaviour.note,
            icon="campaign" if table.table == CAMPAIGN_RECIPIENTS else "activity",
            condition=condition,
            is_pii=compares_with_pii(condition, self.schema),
            barred=self._barred(condition),
        )

    def _segments(self) -> ChoiceGroup:
        return ChoiceGroup("Segments", "Customers of another active segment", tuple(self._each_segment()))

    def _each_segment(self) -> Iterator[Choice]:
        for pk, name in self.segments.items():
            condition = MembershipCondition(segment=pk)
            yield Choice(
                value=f"segment:{pk}",
                label=name,
                note="Segment",
                icon="segment",
                condition=condition,
                barred=CIRCLE.format(name) if pk in self.circular else self._barred(condition),
            )

    def _lists(self) -> ChoiceGroup:
        choices = tuple(
            self._member(f"list:{name}", name, "Uploaded list", "list", ListCondition(table=name))
            for name in self.schema.lists
        )
        return ChoiceGroup("Uploaded lists", "Customers named in a file", choices)

    def _queries(self) -> ChoiceGroup:
        choices = tuple(
            self._member(f"query:{pk}", name, "Query", "query", QueryCondition(query=pk))
            for pk, name in self.queries.items()
        )
        return ChoiceGroup("Queries", "Customers whom an active query finds", choices)

    def _member(self, value: str, label: str, note: str, icon: str, condition: Condition) -> Choice:
        barred = self._barred(condition)
        return Choice(value, label, note, icon, condition, is_pii=bool(barred), barred=barred)

    def _barred(self, condition: Condition) -> str:
        is_barred = self.restricted and asks_about_pii([condition], self.schema, self.rules)
        return BARRED if is_barred else ""


def _asked(table: Related, behaviour: Behaviour) -> AggregateCondition:
    chosen = table.attributes.get(behaviour.where)
    return AggregateCondition(
        table=table.table,
        measure=behaviour.measure,
        column={"value": table.value, "time": table.time, "kind": favourable(table)}.get(behaviour.of),
        window=behaviour.window,
        filters=(about(chosen),) if chosen else (),
        operator=behaviour.operator,
        values=behaviour.values,
    )


CIRCLE = "“{}” uses this segment, so neither could be counted. Choose another one."
