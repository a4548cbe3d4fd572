"""A segment's rules as one condition on the table of customer profiles.

Many segments can then be counted as many filters over one scan. The condition is NULL only where it means “no”, so
use it in WHERE or FILTER, and `comparisons.is_not_true` for its opposite.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.engine.interface import DataType
from customer360.engine.types import try_cast
from customer360.lists import NamedBy
from segments.comparisons import Moment, compare, is_not_true, number_meets
from segments.errors import (
    CircularSegmentError,
    ComparisonError,
    MisreadValueError,
    Problem,
    RulesError,
    TooManyConditionsError,
    UnreadableRulesError,
)
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
    Rules,
    Section,
)
from segments.stored import UNREADABLE, UnreadableRules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segments.schema import Attribute, Profiles, Related, Schema

_AGGREGATES: dict[Measure, type[exp.AggFunc]] = {
    Measure.SUM: exp.Sum,
    Measure.AVERAGE: exp.Avg,
    Measure.SMALLEST: exp.Min,
    Measure.GREATEST: exp.Max,
}
PARTS = ("include", "exclude")
MOST_CONDITIONS = 3_000
"""The most conditions in rules, with those of each segment they ask about, counted each time it is asked about."""

DEEPEST = 20
"""The longest chain of segments that ask about each other."""

_ZERO_WITHOUT_ROWS = frozenset({Measure.COUNT, Measure.SUM})


def predicate(
    rules: Rules, schema: Schema, moment: Moment, *, segments: Mapping[int, Rules] | None = None
) -> exp.Expr:
    """Which rows of `schema.profiles` belong to the segment; columns are qualified by that table's name.

    `segments` holds the active rules of each segment that the rules ask about, directly or indirectly. Raises
    RulesError with every condition that does not fit the schema, CircularSegmentError, TooManyConditionsError
    and UnreadableRulesError.
    """
    compiler = Compiler(schema, moment, segments or {})
    compiled = compiler.rules(rules)
    if compiler.problems:
        raise RulesError(compiler.problems)
    return compiled


def column(table: str, name: str) -> exp.Column:
    return exp.column(name, table=table, quoted=True)


@dataclass(slots=True)
class Budget:
    """How many more conditions may be written out."""

    left: int = MOST_CONDITIONS

    def spend(self, conditions: int) -> None:
        self.left -= conditions
        if self.left < 0:
            raise TooManyConditionsError(
                f"With all the segments that it asks about this has more than {MOST_CONDITIONS:,} conditions. "
                "Ask about fewer segments, or upload their customers as a list."
            )


@dataclass(slots=True)
class Compiler:
    """Turns rules into a condition and collects what does not fit on the way."""

    schema: Schema
    moment: Moment
    segments: Mapping[int, Rules]
    problems: list[Problem] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)
    asked: tuple[int, ...] = ()

    def rules(self, rules: Rules) -> exp.Expr:
        return combined(rules, self.sections(rules))

    def sections(self, rules: Rules) -> dict[str, exp.Expr]:
        """The condition of each section that is not empty, by its place. Raises UnreadableRulesError."""
        if isinstance(rules, UnreadableRules):
            raise UnreadableRulesError(UNREADABLE)
        return {
            place: _joined(section.join, self._conditions(section, place))
            for place, section in sections_of(rules)
            if section.conditions
        }

    def _conditions(self, section: Section, place: str) -> list[exp.Expr]:
        self.budget.spend(len(section.conditions))
        return [
            self._checked(condition, f"{place}.{number}") for number, condition in enumerate(section.conditions)
        ]

    def _checked(self, condition: Condition, place: str) -> exp.Expr:
        try:
            return self._condition(condition)
        except ComparisonError as error:
            self.problems.append(Problem(place, self._told(error, condition)))
            return exp.false()

    def _told(self, error: ComparisonError, condition: Condition) -> str:
        """What is wrong, without personal values: it goes to logs, and to people who may not see personal data."""
        if isinstance(error, MisreadValueError) and compares_with_pii(condition, self.schema):
            return error.told
        return str(error)

    def _condition(self, condition: Condition) -> exp.Expr:
        match condition:
            case AttributeCondition():
                return self._attribute(condition)
            case AggregateCondition():
                return self._aggregate(condition)
            case MembershipCondition():
                return self._membership(condition)
            case ListCondition():
                return self._list(condition)
            case QueryCondition():
                return self._query(condition)

    def _attribute(self, condition: AttributeCondition) -> exp.Expr:
        return self._compared(condition, self.schema.profiles.table, self.schema.profiles.attributes)

    def _compared(
        self, condition: AttributeCondition, table: str, attributes: Mapping[str, Attribute]
    ) -> exp.Expr:
        attribute = _find(attributes, condition.attribute, table)
        operand = column(table, attribute.name)
        return compare(operand, attribute.type, condition.operator, condition.values, self.moment)

    def _aggregate(self, condition: AggregateCondition) -> exp.Expr:
        """Customers without rows are in no group: if they match, the condition excludes those whose rows don't."""
        related = self.schema.related.get(condition.table)
        if related is None:
            raise ComparisonError(f"There is no table “{condition.table}” with rows of customers.")
        operand, kind = _measured(related, condition)
        wanted = compare(operand, kind, condition.operator, condition.values, self.moment)
        key, customer = keys_of(self.schema.profiles, related)
        if _fits_without_rows(condition):
            return exp.not_(key.isin(query=self._customers(related, condition, customer, is_not_true(wanted))))
        return key.isin(query=self._customers(related, condition, customer, wanted))

    def _customers(
        self, related: Related, condition: AggregateCondition, named: exp.Expr, having: exp.Expr
    ) -> exp.Select:
        customer = column(related.table, related.customer)
        rows = exp.select().from_(exp.to_table(related.table, quoted=True))
        rows = rows.where(exp.not_(exp.Is(this=customer.copy(), expression=exp.null())))
        first_day = condition.window.first_day(self.moment.today)
        if first_day is not None:
            rows = rows.where(exp.GTE(this=_time(related), expression=self.moment.start_of(first_day)))
        rows = rows.where(*(self._compared(each, related.table, related.attributes) for each in condition.filters))
        if condition.measure is Measure.MOST_FREQUENT:
            return _ranked(rows, customer, _measured_column(related, condition), named).where(having)
        return rows.select(named).group_by(customer.copy()).having(having)

    def _membership(self, condition: MembershipCondition) -> exp.Expr:
        if condition.segment in self.asked:
            raise CircularSegmentError("A segment can't use itself, directly or through other segments.")
        rules = self.segments.get(condition.segment)
        if rules is None:
            raise ComparisonError("This condition uses a segment that is not active.")
        if isinstance(rules, UnreadableRules):
            raise ComparisonError("This condition uses a segment that can no longer be read.")
        if len(self.asked) >= DEEPEST:
            raise TooManyConditionsError(f"More than {DEEPEST} segments ask about each other in a row here.")
        asked = (*self.asked, condition.segment)
        inner = Compiler(self.schema, self.moment, self.segments, budget=self.budget, asked=asked)
        belongs = inner.rules(rules)
        if inner.problems:
            raise ComparisonError("This condition uses a segment that no longer fits the data.")
        return exp.paren(belongs, copy=False) if condition.member else is_not_true(belongs)

    def _list(self, condition: ListCondition) -> exp.Expr:
        profiles, named = self.schema.profiles, self.schema.lists.get(condition.table)
        if named is None:
            raise ComparisonError(f"There is no list “{condition.table}” of customers.")
        if named.by is NamedBy.KEY:
            key = _find(profiles.attributes, profiles.key, profiles.table)
            belongs = named.names(column(profiles.table, key.name), key.type)
        elif profiles.email_address:
            belongs = named.names(column(profiles.table, profiles.email_address), DataType.STRING)
        else:
            raise ComparisonError(f"“{condition.table}” lists e-mail addresses, and customers have none here.")
        return exp.paren(belongs, copy=False) if condition.member else is_not_true(belongs)

    def _query(self, condition: QueryCondition) -> exp.Expr:
        profiles = self.schema.profiles
        try:
            found = self.schema.queries[condition.query]
        except KeyError:
            raise ComparisonError("This condition uses a query that is not active.") from None
        belongs = found.names(column(profiles.table, profiles.key))
        return exp.paren(belongs, copy=False) if condition.member else is_not_true(belongs)


def keys_of(profiles: Profiles, related: Related) -> tuple[exp.Expr, exp.Expr]:
    """The customer's key on both sides; as text where one of the tables writes it as such."""
    sides = (column(profiles.table, profiles.key), column(related.table, related.customer))
    types = {profiles.attributes[profiles.key].type} if profiles.key in profiles.attributes else set()
    types |= {related.attributes[related.customer].type} if related.customer in related.attributes else set()
    own, other = sides if len(types) < 2 else (try_cast(side, DataType.STRING) for side in sides)  # noqa: PLR2004  as text if types differ
    return own, other


def sections_of(rules: Rules) -> Iterator[tuple[str, Section]]:
    """Every section with its place, such as "include.0"."""
    for part in PARTS:
        for number, section in enumerate(getattr(rules, part).sections):
            yield f"{part}.{number}", section


def combined(rules: Rules, sections: Mapping[str, exp.Expr]) -> exp.Expr:
    """The rules as one condition, from the condition of each section, by place.

    An exclusion removes the customers for whom it is true; those for whom it is unknown stay.
    """
    included, excluded = (
        [condition for place, condition in sections.items() if place.startswith(part)] for part in PARTS
    )
    parts = [
        *([_joined(rules.include.join, included)] if included else []),
        *([is_not_true(_joined(rules.exclude.join, excluded))] if excluded else []),
    ]
    return exp.and_(*parts, copy=False) if parts else exp.true()


def _joined(join: Join, conditions: list[exp.Expr]) -> exp.Expr:
    combine = exp.and_ if join is Join.ALL else exp.or_
    return exp.paren(combine(*conditions, copy=False), copy=False)  # a copy at each level would take seconds


def _find(attributes: Mapping[str, Attribute], name: str, table: str) -> Attribute:
    try:
        return attributes[name]
    except KeyError:
        raise ComparisonError(f"{table} has no attribute “{name}”.") from None


RANKED = "ranked"


def _ranked(rows: exp.Select, customer: exp.Expr, value: exp.Expr, named: exp.Expr) -> exp.Select:
    """One row per customer with the customer's most frequent value, from the table `ranked`."""
    often = exp.Ordered(this=exp.Count(this=exp.Star()), desc=True)
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[customer.copy()],
        order=exp.Order(expressions=[often, exp.Ordered(this=value.copy())]),
    )
    counted = rows.where(exp.not_(exp.Is(this=value.copy(), expression=exp.null()))).select(
        customer.as_("customer", quoted=True), value.as_("value", quoted=True), place.as_("place", quoted=True)
    )
    of_ranked = column(RANKED, "customer")
    who = named.transform(lambda node: of_ranked.copy() if isinstance(node, exp.Column) else node)
    ranked = counted.group_by(customer.copy(), value.copy()).subquery(RANKED)
    return exp.select(who).from_(ranked).where(column(RANKED, "place").eq(1))


def _measured_column(related: Related, condition: AggregateCondition) -> exp.Column:
    (name,) = condition.measured(related.value)
    return column(related.table, _find(related.attributes, name, related.table).name)


def _measured(related: Related, condition: AggregateCondition) -> tuple[exp.Expr, DataType]:
    """The measure computed over a customer's rows, and its type."""
    if condition.measure is Measure.COUNT:
        return exp.Count(this=exp.Star()), DataType.INTEGER
    (name,) = condition.measured(related.value)
    attribute = _find(related.attributes, name, related.table)
    numeric = attribute.type in {DataType.INTEGER, DataType.DECIMAL, DataType.FLOAT}
    if condition.measure in {Measure.SUM, Measure.AVERAGE} and not numeric:
        raise ComparisonError(f"“{attribute.name}” is not a number, so it has no {condition.measure}.")
    if condition.measure is Measure.MOST_FREQUENT:
        return column(RANKED, "value"), attribute.type
    aggregate = _AGGREGATES[condition.measure](this=column(related.table, attribute.name))
    if condition.measure is Measure.SUM:
        return exp.Coalesce(this=aggregate, expressions=[exp.Literal.number(0)]), attribute.type
    return aggregate, attribute.type


def _fits_without_rows(condition: AggregateCondition) -> bool:
    nothing = Decimal(0) if condition.measure in _ZERO_WITHOUT_ROWS else None
    return number_meets(nothing, condition.operator, condition.values)


def _time(related: Related) -> exp.Column:
    if related.time is None:
        raise ComparisonError(f"{related.table} does not say when its rows happened.")
    return column(related.table, related.time)
