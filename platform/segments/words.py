"""A segment's conditions in words, also for people who may not see personal data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segments import schema
from segments.operators import MEANINGS, Operands, Operator
from segments.personal import compares_with_pii
from segments.rules import (
    AggregateCondition,
    AttributeCondition,
    Condition,
    Join,
    ListCondition,
    Measure,
    MembershipCondition,
    QueryCondition,
    RelativeDate,
    Unit,
    Value,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segments.rules import Group, Rules
    from segments.schema import Schema

REDACTED = "••••"
MOST_SAID = 12
"""The most values that are listed one by one."""

_MEASURES = {
    Measure.COUNT: "number of",
    Measure.SUM: "total of",
    Measure.AVERAGE: "average of",
    Measure.SMALLEST: "smallest",
    Measure.GREATEST: "greatest",
    Measure.MOST_FREQUENT: "most frequent",
}
_DAY_NAMES = {0: "today", 1: "yesterday", -1: "tomorrow"}


@dataclass(frozen=True, slots=True)
class Line:
    """A condition in three pieces, so that a page can set them apart; `join` precedes all but the first."""

    subject: str
    verb: str
    values: str
    join: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.subject} {self.verb} {self.values}".strip()


@dataclass(frozen=True, slots=True)
class Paragraph:
    lines: tuple[Line, ...]
    join: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Puts conditions into words; with `redact`, values compared with personal data are left out."""

    schema: Schema
    segment_names: Mapping[int, str]
    redact: bool
    query_names: Mapping[int, str] = field(default_factory=dict)

    def included(self, rules: Rules) -> tuple[Paragraph, ...]:
        return self._paragraphs(rules.include)

    def excluded(self, rules: Rules) -> tuple[Paragraph, ...]:
        return self._paragraphs(rules.exclude)

    def sentence(self, condition: Condition) -> str:
        """The condition as one line of text."""
        return self._line(condition, "").sentence

    def _paragraphs(self, group: Group) -> tuple[Paragraph, ...]:
        sections = [section for section in group.sections if section.conditions]
        return tuple(
            Paragraph(self._lines(section.conditions, section.join), _joining(group.join) if number else "")
            for number, section in enumerate(sections)
        )

    def _lines(self, conditions: Sequence[Condition], join: Join) -> tuple[Line, ...]:
        return tuple(
            self._line(condition, _joining(join) if number else "") for number, condition in enumerate(conditions)
        )

    def _line(self, condition: Condition, join: str) -> Line:
        match condition:
            case AttributeCondition():
                return Line(condition.attribute, MEANINGS[condition.operator].label, self._values(condition), join)
            case AggregateCondition(table=schema.CAMPAIGN_RECIPIENTS, measure=Measure.COUNT):
                return self._campaigns(condition, join)
            case AggregateCondition():
                return Line(
                    self._measured(condition), MEANINGS[condition.operator].label, self._values(condition), join
                )
            case MembershipCondition():
                verb = "is a member of" if condition.member else "is not a member of"
                return Line("Customer", verb, self.segment_names.get(condition.segment, "a deleted segment"), join)
            case ListCondition():
                return Line(
                    "Customer",
                    "is in the list" if condition.member else "is not in the list",
                    condition.table,
                    join,
                )
            case QueryCondition():
                return self._query(condition, join)

    def _query(self, condition: QueryCondition, join: str) -> Line:
        verb = "is found by the query" if condition.member else "is not found by the query"
        return Line("Customer", verb, self.query_names.get(condition.query, "a deleted query"), join)

    def _campaigns(self, condition: AggregateCondition, join: str) -> Line:
        """“Customer was in the campaign Autumn in the last 30 days”."""
        named = next((each for each in condition.filters if _names_campaigns(each)), None)
        rows = " and ".join(self._row(each, condition.table) for each in condition.filters if each is not named)
        which = "a campaign" if named is None else f"the campaign {self._said(named, hidden=False)}"
        where = f" where {rows}" if rows else ""
        return Line("Customer", _been_in(condition), f"{which}{_window(condition.window)}{where}", join)

    def _values(self, condition: AttributeCondition | AggregateCondition) -> str:
        return self._said(condition, hidden=self.redact and compares_with_pii(condition, self.schema))

    def _measured(self, condition: AggregateCondition) -> str:
        is_count = condition.measure is Measure.COUNT
        what = self._rows(condition.table) if is_count else f"{condition.column} in {condition.table}"
        rows = " and ".join(self._row(each, condition.table) for each in condition.filters)
        where = f" where {rows}" if rows else ""
        return f"{_MEASURES[condition.measure]} {what}{_window(condition.window)}{where}"

    def _rows(self, table: str) -> str:
        return "orders" if self.schema.has_orders(table) else f"rows in {table}"

    def _row(self, condition: AttributeCondition, table: str) -> str:
        """A condition on one row of the table."""
        values = self._said(
            condition, hidden=self.redact and self.schema.is_related_pii(table, condition.attribute)
        )
        return f"{condition.attribute} {MEANINGS[condition.operator].label} {values}".strip()

    def _said(self, condition: AttributeCondition | AggregateCondition, *, hidden: bool) -> str:
        if hidden and condition.values:
            return REDACTED
        return in_words(condition.values, MEANINGS[condition.operator].operands)


def _names_campaigns(condition: AttributeCondition) -> bool:
    is_named = condition.operator in {Operator.EXACTLY, Operator.IN_LIST} and condition.values
    return condition.attribute == "campaign_name" and bool(is_named)


def _been_in(condition: AggregateCondition) -> str:
    """How many of the campaigns the customer was in, in words."""
    match condition.operator, condition.values:
        case Operator.AT_LEAST, ("1",):
            return "was in"
        case Operator.IS, ("0",):
            return "was not in"
        case operator, values:
            compared = MEANINGS[operator].label.removeprefix("is ")
            return f"was {compared} {in_words(values)} times in"


def _joining(join: Join) -> str:
    return "and" if join is Join.ALL else "or"


def _window(window: Window) -> str:
    if window.last is None:
        return ""
    amount = "" if window.last == 1 else f"{window.last} "
    return f" in the last {amount}{_unit(window.unit, window.last)}"


def in_words(values: Sequence[Value], operands: Operands = Operands.MANY) -> str:
    """All values, or the first few of many and how many more there are."""
    said = [_said(value) for value in values[:MOST_SAID]]
    more = len(values) - len(said)
    listed = (" and " if operands is Operands.TWO else ", ").join(said)
    return f"{listed} and {more:,} more" if more else listed


def _said(value: Value) -> str:
    if not isinstance(value, RelativeDate):
        return value
    if value.unit is Unit.DAYS and value.ago in _DAY_NAMES:
        return _DAY_NAMES[value.ago]
    amount = abs(value.ago)
    return f"{amount} {_unit(value.unit, amount)} {'ago' if value.ago >= 0 else 'from now'}"


def _unit(unit: Unit, amount: int) -> str:
    return unit.value if amount != 1 else unit.value.removesuffix("s")
