"""What the customers who match are like, attribute by attribute: two scans, however many attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.engine.interface import NUMBERS, DataType
from customer360.engine.types import sql_type
from segments.insights.grids import Grid, Spread, grid_for, spread_columns
from segments.insights.question import Question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from customer360.engine import EngineSession
    from segments.freshness import Freshness
    from segments.rules import Rules
    from segments.schema import Attribute

MOST_ATTRIBUTES = 6
BARS = 8
"""How many values of an attribute are shown; the others are counted together."""

KEPT = 200
"""How many values of each attribute the engine returns."""

ORDERED = NUMBERS | {DataType.DATE, DataType.DATETIME}
"""Types whose values are grouped into steps."""

COUNTED, RANKED = "counted", "ranked"


@dataclass(frozen=True, slots=True)
class Categories:
    """The most frequent values with their customers; how many have other values, and how many none."""

    attribute: str
    shares: tuple[tuple[str, int], ...]
    others: int
    other_values: int
    empty: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """Customers per step of the grid, and how many have no value; no grid means that nobody has one."""

    attribute: str
    grid: Grid | None
    counts: tuple[int, ...]
    empty: int


Breakdown = Categories | Distribution


@dataclass(frozen=True, slots=True)
class Breakdowns:
    parts: tuple[Breakdown, ...]
    customers: int
    freshness: Freshness


@dataclass(slots=True)
class _Found:
    """What the engine counted for one attribute: customers by value, as text, and those without one."""

    values: list[tuple[str, int]] = field(default_factory=list)
    others: int = 0
    other_values: int = 0
    empty: int = 0

    @property
    def customers(self) -> int:
        return sum(customers for _, customers in self.values) + self.others + self.empty


def breakdowns(rules: Rules, names: Sequence[str], *, key: str = "") -> Breakdowns:
    """By at most six attributes of the customer, without those that are gone; counted under the key.

    Raises RulesError, CircularSegmentError, NoSuchTableError or an EngineError.
    """
    question = Question.about(rules)
    known = question.schema.profiles.attributes
    attributes = [known[name] for name in names if name in known][:MOST_ATTRIBUTES]
    if not attributes:
        return Breakdowns((), 0, question.freshness())
    with question.session(key) as session:
        grids = _grids(session, question, [each for each in attributes if each.type in ORDERED])
        found = _counts(session, question, attributes, grids)
    parts = tuple(
        _distribution(each.name, grids.get(each.name), counted)
        if each.type in ORDERED
        else _categories(each.name, counted)
        for each, counted in zip(attributes, found, strict=True)
    )
    return Breakdowns(parts, found[0].customers, question.freshness())


def _grids(session: EngineSession, question: Question, attributes: Sequence[Attribute]) -> dict[str, Grid]:
    """The steps of each of these attributes for which any customer has a value."""
    if not attributes:
        return {}
    columns = [spread_columns(question.column(each.name), each.type) for each in attributes]
    row = iter(session.one(question.matching(*(each for several in columns for each in several))))
    spreads = [Spread.of(*(next(row) for _ in several)) for several in columns]
    return {
        each.name: grid_for(spread, each.type) for each, spread in zip(attributes, spreads, strict=True) if spread
    }


def _counts(
    session: EngineSession, question: Question, attributes: Sequence[Attribute], grids: Mapping[str, Grid]
) -> list[_Found]:
    found = [_Found() for _ in attributes]
    for which, text, is_rest, customers, values in session.rows(counting_query(question, attributes, grids)):
        counted, number = found[_place(int(str(which)), len(attributes))], int(str(customers))
        if is_rest:
            counted.others, counted.other_values = number, int(str(values))
        elif text is None:
            counted.empty = number
        else:
            counted.values.append((str(text), number))
    return found


def _place(which: int, count: int) -> int:
    """GROUPING sets a bit for each attribute that was not grouped by, the first attribute's the highest."""
    return next(place for place in range(count) if not which >> (count - 1 - place) & 1)


def counting_query(question: Question, attributes: Sequence[Attribute], grids: Mapping[str, Grid]) -> exp.Select:
    """Rows of: which attribute, a value as text, whether the row is the rest, customers, number of values."""
    values = [f"value{place}" for place in range(len(attributes))]
    each = question.matching(
        *(
            _grouped(question, attribute, grids).as_(name)
            for attribute, name in zip(attributes, values, strict=True)
        )
    )
    counted = exp.select(
        exp.Grouping(expressions=[exp.column(name) for name in values]).as_("which"),
        exp.Coalesce(this=_text(values[0]), expressions=[_text(name) for name in values[1:]]).as_("value"),
        exp.Count(this=exp.Star()).as_("customers"),
    ).from_(each.subquery("each"))
    sets = [exp.Tuple(expressions=[exp.column(name)]) for name in values]
    counted.set("group", exp.Group(grouping_sets=[exp.GroupingSets(expressions=sets)]))
    return _most_frequent().with_(COUNTED, as_=counted)


def _most_frequent() -> exp.Select:
    """For each attribute the most frequent values, and one row for all the others."""
    is_empty = exp.Is(this=exp.column("value"), expression=exp.null())
    rank = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column("which"), is_empty],
        order=exp.Order(
            expressions=[
                exp.Ordered(this=exp.column("customers"), desc=True),
                exp.Ordered(this=exp.column("value")),
            ]
        ),
    )
    ranked = exp.select("which", "value", "customers", rank.as_("place")).from_(COUNTED)
    is_kept = exp.LTE(this=exp.column("place"), expression=exp.Literal.number(KEPT))
    kept = exp.case().when(is_kept, exp.column("value"))
    is_rest = exp.not_(is_kept.copy())
    return (
        exp.select("which", kept, is_rest, exp.Sum(this=exp.column("customers")), exp.Count(this=exp.Star()))
        .from_(ranked.subquery(RANKED))
        .group_by("which", kept.copy(), is_rest.copy())
    )


def _grouped(question: Question, attribute: Attribute, grids: Mapping[str, Grid]) -> exp.Expr:
    value = question.column(attribute.name)
    if attribute.type in ORDERED:
        grid = grids.get(attribute.name)
        return grid.place(value) if grid else exp.cast(exp.null(), sql_type(DataType.INTEGER))
    if attribute.type is DataType.BOOLEAN:
        return value
    return exp.Nullif(this=exp.cast(value, sql_type(DataType.STRING)), expression=exp.Literal.string(""))


def _text(name: str) -> exp.Expr:
    return exp.cast(exp.column(name), sql_type(DataType.STRING))


def _categories(name: str, found: _Found) -> Categories:
    """The most frequent first, equally frequent ones by name."""
    ranked = sorted(found.values, key=lambda value: (-value[1], value[0]))
    rest = ranked[BARS:]
    return Categories(
        attribute=name,
        shares=tuple(ranked[:BARS]),
        others=found.others + sum(customers for _, customers in rest),
        other_values=found.other_values + len(rest),
        empty=found.empty,
    )


def _distribution(name: str, grid: Grid | None, found: _Found) -> Distribution:
    counts = {int(place): customers for place, customers in found.values}
    steps = grid.count if grid else 0
    return Distribution(name, grid, tuple(counts.get(place, 0) for place in range(steps)), found.empty)
