"""How many customers match and what they are worth, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from segments.compiler import column, keys_of, predicate
from segments.insights.question import Question
from segments.rules import RelativeDate, Unit
from ui import formats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments.comparisons import Moment
    from segments.freshness import Freshness
    from segments.rules import Rules
    from segments.schema import Related, Schema

A_YEAR = RelativeDate(ago=1, unit=Unit.YEARS)
MATCHED, RECENT = "matched", "recent"


@dataclass(frozen=True, slots=True)
class Insights:
    """The numbers of a segment.

    `active` and `revenue` are for the last year, and None where no table says when orders were made and what they
    were worth. `reachable` is None where no column holds e-mail addresses.
    """

    customers: int
    everybody: int
    reachable: int | None
    active: int | None
    revenue: Decimal | None
    freshness: Freshness

    @property
    def share(self) -> float:
        return self.customers / self.everybody if self.everybody else 0.0

    @property
    def reachable_share(self) -> float:
        return (self.reachable or 0) / self.customers if self.customers else 0.0

    @property
    def share_in_words(self) -> str:
        return f"{formats.percent(self.share)} of {formats.number(self.everybody)}"

    @property
    def reachable_in_words(self) -> str:
        return self._part_of_these(self.reachable)

    @property
    def active_in_words(self) -> str:
        return self._part_of_these(self.active)

    @property
    def revenue_per_customer(self) -> Decimal | None:
        return None if self.revenue is None or not self.customers else self.revenue / self.customers

    @property
    def revenue_in_words(self) -> str:
        each = self.revenue_per_customer
        return "" if each is None else f"{formats.number(each)} per customer"

    def _part_of_these(self, count: int | None) -> str:
        return formats.percent((count or 0) / self.customers) if self.customers else ""


def insights(rules: Rules, *, key: str = "", redact: bool = False) -> Insights:
    """Counted under the key, if there is one: see `Question.session`.

    Raises RulesError, CircularSegmentError, NoSuchTableError or an EngineError.
    """
    question = Question.about(rules)
    orders = question.schema.orders
    query = insights_query(rules, question.schema, question.moment, question.segments, redact=redact)
    with question.session(key) as session:
        everybody, customers, reachable, active, revenue = session.one(query)
    return Insights(
        customers=_whole(customers),
        everybody=_whole(everybody),
        reachable=None if reachable is None else _whole(reachable),
        active=None if active is None else _whole(active),
        revenue=None if revenue is None else Decimal(str(revenue)),
        freshness=question.freshness(*([] if active is None or not orders else [orders.table])),
    )


def _whole(value: object) -> int:
    return int(str(value))


def insights_query(
    rules: Rules, schema: Schema, moment: Moment, segments: Mapping[int, Rules], *, redact: bool = False
) -> exp.Select:
    """One row: all customers, those who match, reachable, active in the last year, revenue of the last year.

    With `redact` orders are left out when their customer or value is personal data.
    """
    matches = predicate(rules, schema, moment, segments=segments)
    orders = schema.orders
    if orders and redact and _is_personal(orders, schema):
        orders = None
    numbers = [
        _count(schema.profiles.table),
        _count(MATCHED),
        _reachable(schema),
        _count(RECENT) if orders else exp.null(),
        _revenue() if orders else exp.null(),
    ]
    query = exp.select(*(number.as_(f"n{place}") for place, number in enumerate(numbers)))
    if orders is None:
        key: exp.Expr = column(schema.profiles.table, schema.profiles.key)
        return query.with_(MATCHED, as_=_matched(schema, key, matches))
    key, customer = keys_of(schema.profiles, orders)
    query = query.with_(MATCHED, as_=_matched(schema, key, matches))
    return query.with_(RECENT, as_=_recent(orders, customer, moment))


def _is_personal(orders: Related, schema: Schema) -> bool:
    return any(schema.is_related_pii(orders.table, name or "") for name in (orders.customer, orders.value))


def _matched(schema: Schema, key: exp.Expr, matches: exp.Expr) -> exp.Select:
    profiles = schema.profiles
    verdict = column(profiles.table, profiles.email_verdict) if profiles.email_verdict else exp.null()
    customers = exp.select(key.as_("customer"), verdict.as_("verdict"))
    return customers.from_(exp.to_table(profiles.table, quoted=True)).where(matches)


def _recent(orders: Related, customer: exp.Expr, moment: Moment) -> exp.Select:
    """What each matching customer bought in the last year."""
    since = exp.GTE(
        this=column(orders.table, orders.time or ""),
        expression=moment.start_of(A_YEAR.seen_from(moment.today)),
    )
    matching = customer.isin(query=exp.select("customer").from_(MATCHED))
    value = exp.Sum(this=column(orders.table, orders.value or ""))
    bought = exp.select(customer.as_("customer"), value.as_("value")).from_(
        exp.to_table(orders.table, quoted=True)
    )
    return bought.where(since, matching).group_by(customer.copy())


def _count(table: str) -> exp.Expr:
    return exp.select(exp.Count(this=exp.Star())).from_(exp.to_table(table, quoted=True)).subquery()


def _reachable(schema: Schema) -> exp.Expr:
    if schema.profiles.email_verdict is None:
        return exp.null()
    no_fault = exp.Is(this=exp.column("verdict"), expression=exp.null())
    return exp.select(exp.Count(this=exp.Star())).from_(MATCHED).where(no_fault).subquery()


def _revenue() -> exp.Expr:
    total = exp.Coalesce(this=exp.Sum(this=exp.column("value")), expressions=[exp.Literal.number(0)])
    return exp.select(total).from_(RECENT).subquery()
