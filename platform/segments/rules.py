"""A segment's rules as validated data. Values stay text until an attribute's type is known."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from segments.operators import Operator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_VALUE = 1000
MOST_VALUES = 1000
MOST_FILTERS = 20
MONTHS_A_YEAR = 12
EARLIEST, LATEST = date(1, 1, 2), date(9999, 12, 30)
"""The days that values may be: their beginning and end are valid instants in every time zone."""


class Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Unit(StrEnum):
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class RelativeDate(Rule):
    """A day relative to today, such as 90 days ago; 0 days ago is today, -1 days ago tomorrow.

    Beyond the calendar it is the calendar's first or last day.
    """

    ago: Annotated[int, Field(ge=-3650, le=36500)]
    unit: Unit = Unit.DAYS

    def seen_from(self, today: date) -> date:
        if self.unit is Unit.DAYS:
            return today - timedelta(days=self.ago)
        return _months_before(today, self.ago * (MONTHS_A_YEAR if self.unit is Unit.YEARS else 1))


def _months_before(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 - months, MONTHS_A_YEAR)
    if not EARLIEST.year < year < LATEST.year:
        return EARLIEST if months > 0 else LATEST
    first = date(year, month + 1, 1)
    next_first = date(year + (month + 1) // MONTHS_A_YEAR, (month + 1) % MONTHS_A_YEAR + 1, 1)
    return min(first + timedelta(days=day.day - 1), next_first - timedelta(days=1))


Text = Annotated[str, Field(max_length=LONGEST_VALUE)]
Value = Text | RelativeDate
Name = Annotated[str, Field(min_length=1, max_length=200)]
Values = Annotated[tuple[Value, ...], Field(max_length=MOST_VALUES)]


class Part(Rule):
    """A piece of the rules that people edit on its own; `id` identifies it meanwhile."""

    id: Annotated[str, Field(max_length=16)] = ""


class AttributeCondition(Part):
    """An attribute of the customer, or of a related row, compared with values."""

    kind: Literal["attribute"] = "attribute"
    attribute: Name
    operator: Operator
    values: Values = ()


class Measure(StrEnum):
    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    SMALLEST = "smallest"
    GREATEST = "greatest"
    MOST_FREQUENT = "most_frequent"


class Window(Rule):
    """The time in which related rows count: the last so many whole units, or any time when `last` is empty."""

    last: Annotated[int, Field(ge=1, le=36500)] | None = None
    unit: Unit = Unit.DAYS

    def first_day(self, today: date) -> date | None:
        return None if self.last is None else RelativeDate(ago=self.last, unit=self.unit).seen_from(today)


class AggregateCondition(Part):
    """A value computed over the customer's rows of another table, such as orders, compared with values.

    Only rows in the window that meet all `filters`, which are about that table's columns, count.

    A customer without such rows has a count and a sum of 0, and no average, smallest, greatest or most frequent
    value. Of equally frequent values the smallest is taken.
    """

    kind: Literal["aggregate"] = "aggregate"
    table: Name
    measure: Measure
    column: Name | None = None
    window: Window = Window()
    filters: Annotated[tuple[AttributeCondition, ...], Field(max_length=MOST_FILTERS)] = ()
    operator: Operator
    values: Values = ()

    def measured(self, value: str | None) -> tuple[str, ...]:
        """The column that is measured, if any; `value` is used where none is named."""
        return () if self.measure is Measure.COUNT else (self.column or value or "",)


class MembershipCondition(Part):
    """Whether the customer belongs to another segment, by its active version."""

    kind: Literal["membership"] = "membership"
    segment: int
    member: bool = True


class ListCondition(Part):
    """Whether an uploaded list of customers names the customer."""

    kind: Literal["list"] = "list"
    table: Name
    member: bool = True


class QueryCondition(Part):
    """Whether an active query finds the customer in the present data."""

    kind: Literal["query"] = "query"
    query: int
    member: bool = True


Condition = Annotated[
    AttributeCondition | AggregateCondition | MembershipCondition | ListCondition | QueryCondition,
    Field(discriminator="kind"),
]


class Join(StrEnum):
    ALL = "all"
    ANY = "any"


class Section(Part):
    join: Join = Join.ALL
    conditions: tuple[Condition, ...] = ()


class Group(Rule):
    join: Join = Join.ALL
    sections: tuple[Section, ...] = ()

    @property
    def conditions(self) -> Iterator[Condition]:
        for section in self.sections:
            yield from section.conditions


class Rules(Rule):
    """Customers who match `include` and not `exclude`; an empty include is everybody, an empty exclude nobody."""

    include: Group = Group()
    exclude: Group = Group(join=Join.ANY)

    @property
    def conditions(self) -> Iterator[Condition]:
        yield from self.include.conditions
        yield from self.exclude.conditions

    @property
    def segments(self) -> frozenset[int]:
        """Ids of the segments that these rules ask about."""
        return segments_in(self.conditions)

    @property
    def queries(self) -> frozenset[int]:
        """Ids of the queries that these rules ask about."""
        return frozenset(each.query for each in self.conditions if isinstance(each, QueryCondition))

    @property
    def tables(self) -> frozenset[str]:
        """Names of the tables whose rows these rules ask about, besides the customers' own."""
        return frozenset(
            each.table for each in self.conditions if isinstance(each, AggregateCondition | ListCondition)
        )


def segments_in(conditions: Iterable[Condition]) -> frozenset[int]:
    """Ids of the segments that the conditions ask about."""
    return frozenset(each.segment for each in conditions if isinstance(each, MembershipCondition))
