"""A small world of customers and orders, and what its segments mean said in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlglot import exp

from customer360.engine import ArrowRelation, DataType
from customer360.lists import CustomerList, NamedBy
from segments.comparisons import Moment
from segments.operators import MEANINGS, Operator
from segments.queries import CustomersOfQuery
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
    Value,
)
from segments.schema import Attribute, Profiles, Related, Schema

if TYPE_CHECKING:
    from collections.abc import Mapping

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 3, 9)  # the day after New York's clocks went forward
MOMENT = Moment(TODAY, ZONE)
LISTED = (1, 3, 99)
QUERIED = (0, 2, 3)
A_QUERY = 7


def attributes(**types: DataType) -> dict[str, Attribute]:
    return {name: Attribute(name, kind) for name, kind in types.items()}


SCHEMA = Schema(
    profiles=Profiles(
        table="Customer 360",
        key="id",
        attributes=attributes(
            id=DataType.INTEGER,
            city=DataType.STRING,
            score=DataType.DECIMAL,
            vip=DataType.BOOLEAN,
            born=DataType.DATE,
            seen=DataType.DATETIME,
        ),
    ),
    related={
        "Orders": Related(
            table="Orders",
            customer="customer",
            attributes=attributes(
                customer=DataType.INTEGER, at=DataType.DATETIME, value=DataType.DECIMAL, product=DataType.STRING
            ),
            time="at",
            value="value",
            role="orders",
        )
    },
    lists={"Listed": CustomerList("Listed", "id", DataType.STRING, NamedBy.KEY)},
    queries={
        A_QUERY: CustomersOfQuery(
            "Queried", exp.select(exp.column("key", quoted=True)).from_("Queried"), is_personal=False
        )
    },
)


@dataclass(frozen=True)
class Customer:
    id: int
    city: str | None
    score: Decimal | None
    vip: bool | None
    born: date | None
    seen: datetime | None


@dataclass(frozen=True)
class Order:
    customer: int | None
    at: datetime
    value: Decimal | None
    product: str | None = None


@dataclass(frozen=True)
class World:
    customers: tuple[Customer, ...]
    orders: tuple[Order, ...]

    @property
    def relations(self) -> dict[str, ArrowRelation]:
        money, instant = pa.decimal128(12, 2), pa.timestamp("us", tz="UTC")
        profiles = pa.schema(
            [
                ("id", pa.int64()),
                ("city", pa.string()),
                ("score", money),
                ("vip", pa.bool_()),
                ("born", pa.date32()),
                ("seen", instant),
            ]
        )
        orders = pa.schema([("customer", pa.int64()), ("at", instant), ("value", money), ("product", pa.string())])
        return {
            "Customer 360": ArrowRelation(pa.Table.from_pylist([vars(c) for c in self.customers], profiles)),
            "Orders": ArrowRelation(pa.Table.from_pylist([vars(o) for o in self.orders], orders)),
            "Listed": ArrowRelation(pa.table({"id": [str(each) for each in LISTED] + [None]})),
            "Queried": ArrowRelation(pa.table({"key": [str(each) for each in QUERIED]})),
        }

    def members(self, rules: Rules, segments: Mapping[int, Rules]) -> set[int]:
        return {customer.id for customer in self.customers if self._belongs(customer, rules, segments)}

    def _belongs(self, customer: Customer, rules: Rules, segments: Mapping[int, Rules]) -> bool:
        included = self._group(customer, rules.include, segments, empty=True)
        return included and not self._group(customer, rules.exclude, segments, empty=False)

    def _group(self, customer: Customer, group: Group, segments: Mapping[int, Rules], *, empty: bool) -> bool:
        sections = [
            joined(section.join, [self._condition(customer, c, segments) for c in section.conditions])
            for section in group.sections
            if section.conditions
        ]
        return joined(group.join, sections) if sections else empty

    def _condition(self, customer: Customer, condition: Condition, segments: Mapping[int, Rules]) -> bool:
        match condition:
            case AttributeCondition():
                return meets(getattr(customer, condition.attribute), condition.operator, condition.values)
            case AggregateCondition():
                return meets(self._measure(customer, condition), condition.operator, condition.values)
            case MembershipCondition():
                return self._belongs(customer, segments[condition.segment], segments) == condition.member
            case QueryCondition():
                return (customer.id in QUERIED) == condition.member
            case ListCondition():
                return (customer.id in LISTED) == condition.member

    def _measure(self, customer: Customer, condition: AggregateCondition) -> Any:
        rows = [order for order in self.orders if order.customer == customer.id]
        first_day = condition.window.first_day(TODAY)
        if first_day is not None:
            rows = [order for order in rows if order.at.astimezone(ZONE).date() >= first_day]
        for each in condition.filters:
            rows = [row for row in rows if meets(getattr(row, each.attribute), each.operator, each.values)]
        values = [value for row in rows if (value := getattr(row, condition.column or "value")) is not None]
        match condition.measure:
            case Measure.COUNT:
                return len(rows)
            case Measure.SUM:
                return sum(values, Decimal(0))
            case Measure.AVERAGE:
                return sum(values) / len(values) if values else None
            case Measure.SMALLEST:
                return min(values, default=None)
            case Measure.GREATEST:
                return max(values, default=None)
            case Measure.MOST_FREQUENT:
                return min(values, key=lambda value: (-values.count(value), value), default=None)


def joined(join: Join, answers: list[bool]) -> bool:
    return all(answers) if join is Join.ALL else any(answers)


def meets(value: Any, operator: Operator, values: tuple[Value, ...]) -> bool:  # noqa: PLR0911  a decision list
    """The operators as docs/segments.md tells them to people."""
    negated = MEANINGS[operator].negates
    if negated is not None:
        return not meets(value, negated, values)
    if operator is Operator.IS_NULL:
        return value is None
    if operator is Operator.EMPTY:
        return value in {None, ""}
    if value is None:
        return False
    if isinstance(value, bool):
        return value is (operator is Operator.IS_TRUE)
    if isinstance(value, str):
        return text_meets(value, operator, [str(wanted) for wanted in values])
    day = value.astimezone(ZONE).date() if isinstance(value, datetime) else value
    return ordered_meets(day, operator, [typed(day, wanted) for wanted in values])


def ordered_meets(value: Any, operator: Operator, wanted: list[Any]) -> bool:
    first, last = wanted[0], wanted[-1]
    answers: dict[Operator, bool] = {
        Operator.IS: value == first,
        Operator.BETWEEN: first < value < last,
        Operator.GREATER: value > first,
        Operator.AFTER: value > first,
        Operator.AT_LEAST: value >= first,
        Operator.ON_OR_AFTER: value >= first,
        Operator.LESS: value < first,
        Operator.BEFORE: value < first,
        Operator.AT_MOST: value <= first,
        Operator.ON_OR_BEFORE: value <= first,
        Operator.IN_LIST: value in wanted,
    }
    return answers[operator]


def text_meets(text: str, operator: Operator, wanted: list[str]) -> bool:
    folded, first = text.lower(), wanted[0].lower()
    return {
        Operator.CONTAINS: first in folded,
        Operator.STARTS_WITH: folded.startswith(first),
        Operator.ENDS_WITH: folded.endswith(first),
        Operator.EXACTLY: text == wanted[0],
        Operator.IN_LIST: text in wanted,
    }[operator]


def typed(like: Any, value: Value) -> Any:
    if isinstance(value, RelativeDate):
        days = {"days": value.ago, "years": None, "months": None}[value.unit]
        return TODAY - timedelta(days=days) if days is not None else value.seen_from(TODAY)
    return date.fromisoformat(value) if isinstance(like, date) else Decimal(value)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
