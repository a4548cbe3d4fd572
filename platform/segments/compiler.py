"""A segment's rules as one condition on the table of customer profiles.

Counting many segments is then many filters over one scan. The condition is NULL only where it means “no”, so use
it in WHERE or FILTER, and `comparisons.is_not_true` for its opposite.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.engine.interface import DataType
from segments.comparisons import Moment, compare, is_not_true, number_meets
from segments.errors import CircularSegmentError, ComparisonError, Problem, RulesError
from segments.rules import (
    AggregateCondition,
    AttributeCondition,
    Condition,
    Group,
    Join,
    Measure,
    MembershipCondition,
    Rules,
    Section,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments.schema import Attribute, Related, Schema

_AGGREGATES: dict[Measure, type[exp.AggFunc]] = {
    Measure.SUM: exp.Sum,
    Measure.AVERAGE: exp.Avg,
    Measure.SMALLEST: exp.Min,
    Measure.GREATEST: exp.Max,
}
_ZERO_WITHOUT_ROWS = frozenset({Measure.COUNT, Measure.SUM})


def predicate(
    rules: Rules, schema: Schema, moment: Moment, *, segments: Mapping[int, Rules] | None = None
) -> exp.Expr:
    """Which rows of `schema.profiles` belong to the segment; columns are qualified by that table's name.

    `segments` holds the active rules of each segment that the rules ask about, directly or further down. Raises
    RulesError with every condition that does not fit the schema, and CircularSegmentError.
    """
    compiler = Compiler(schema, moment, segments or {})
    compiled = compiler.rules(rules)
    if compiler.problems:
        raise RulesError(compiler.problems)
    return compiled


def column(table: str, name: str) -> exp.Column:
    return exp.column(name, table=table, quoted=True)


@dataclass(slots=True)
class Compiler:
    """Turns rules into a condition and gathers what does not fit on the way."""

    schema: Schema
    moment: Moment
    segments: Mapping[int, Rules]
    problems: list[Problem] = field(default_factory=list)
    asked: tuple[int, ...] = ()

    def rules(self, rules: Rules) -> exp.Expr:
        """An exclusion takes out those it is true for; those it can't tell of stay."""
        included = self._group(rules.include, "include")
        excluded = self._group(rules.exclude, "exclude")
        parts = [*([included] if included else []), *([is_not_true(excluded)] if excluded else [])]
        return exp.and_(*parts) if parts else exp.true()

    def _group(self, group: Group, place: str) -> exp.Expr | None:
        sections = [self._section(section, f"{place}.{number}") for number, section in enumerate(group.sections)]
        return _joined(group.join, [section for section in sections if section])

    def _section(self, section: Section, place: str) -> exp.Expr | None:
        conditions = [
            self._checked(condition, f"{place}.{number}") for number, condition in enumerate(section.conditions)
        ]
        return _joined(section.join, conditions)

    def _checked(self, condition: Condition, place: str) -> exp.Expr:
        try:
            return self._condition(condition)
        except ComparisonError as error:
            self.problems.append(Problem(place, str(error)))
            return exp.false()

    def _condition(self, condition: Condition) -> exp.Expr:
        match condition:
            case AttributeCondition():
                return self._attribute(condition)
            case AggregateCondition():
                return self._aggregate(condition)
            case MembershipCondition():
                return self._membership(condition)

    def _attribute(self, condition: AttributeCondition) -> exp.Expr:
        profiles = self.schema.profiles
        attribute = _find(profiles.attributes, condition.attribute, profiles.table)
        operand = column(profiles.table, attribute.name)
        return compare(operand, attribute.type, condition.operator, condition.values, self.moment)

    def _aggregate(self, condition: AggregateCondition) -> exp.Expr:
        """Customers without rows are in no group: where “no rows” fits, those whose rows do not are taken out."""
        related = self.schema.related.get(condition.table)
        if related is None:
            raise ComparisonError(f"There is no table “{condition.table}” with rows of customers.")
        operand, kind = _measured(related, condition)
        wanted = compare(operand, kind, condition.operator, condition.values, self.moment)
        key = column(self.schema.profiles.table, self.schema.profiles.key)
        if _fits_without_rows(condition):
            return exp.not_(key.isin(query=self._customers(related, condition, is_not_true(wanted))))
        return key.isin(query=self._customers(related, condition, wanted))

    def _customers(self, related: Related, condition: AggregateCondition, having: exp.Expr) -> exp.Select:
        customer = column(related.table, related.customer)
        rows = exp.select(customer).from_(exp.to_table(related.table, quoted=True))
        rows = rows.where(exp.not_(exp.Is(this=customer.copy(), expression=exp.null())))
        first_day = condition.window.first_day(self.moment.today)
        if first_day is not None:
            rows = rows.where(exp.GTE(this=_time(related), expression=self.moment.start_of(first_day)))
        return rows.group_by(customer.copy()).having(having)

    def _membership(self, condition: MembershipCondition) -> exp.Expr:
        if condition.segment in self.asked:
            raise CircularSegmentError("A segment can't ask about itself, also not by way of other segments.")
        rules = self.segments.get(condition.segment)
        if rules is None:
            raise ComparisonError("This condition asks about a segment that is not active.")
        inner = Compiler(self.schema, self.moment, self.segments, asked=(*self.asked, condition.segment))
        belongs = inner.rules(rules)
        if inner.problems:
            raise ComparisonError("This condition asks about a segment that does not fit the data any more.")
        return exp.paren(belongs) if condition.member else is_not_true(belongs)


def _joined(join: Join, conditions: list[exp.Expr]) -> exp.Expr | None:
    if not conditions:
        return None
    return exp.paren(exp.and_(*conditions) if join is Join.ALL else exp.or_(*conditions))


def _find(attributes: Mapping[str, Attribute], name: str, table: str) -> Attribute:
    try:
        return attributes[name]
    except KeyError:
        raise ComparisonError(f"{table} has no attribute “{name}”.") from None


def _measured(related: Related, condition: AggregateCondition) -> tuple[exp.Expr, DataType]:
    """What is computed over a customer's rows, and its type."""
    if condition.measure is Measure.COUNT:
        return exp.Count(this=exp.Star()), DataType.INTEGER
    attribute = _find(related.attributes, condition.column or related.value or "", related.table)
    numeric = attribute.type in {DataType.INTEGER, DataType.DECIMAL, DataType.FLOAT}
    if condition.measure in {Measure.SUM, Measure.AVERAGE} and not numeric:
        raise ComparisonError(f"“{attribute.name}” is not a number, so it has no {condition.measure}.")
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
