"""Rules together with the tables as they are now: what every insight starts from."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sqlglot import exp

from customer360 import catalog
from customer360.interactive import open_interactive
from segments.compiler import column, predicate
from segments.counting import open_newest
from segments.freshness import freshness, tables_asked
from segments.nesting import active_rules, present_moment
from segments.schema import current_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from customer360.engine import EngineSession, Relation
    from segments.comparisons import Moment
    from segments.freshness import Freshness
    from segments.rules import Rules
    from segments.schema import Schema


@dataclass(frozen=True, slots=True)
class Question:
    """Rules with everything needed to ask the engine about them."""

    rules: Rules
    schema: Schema
    moment: Moment
    segments: Mapping[int, Rules]
    versions: Mapping[str, int]

    @classmethod
    def about(cls, rules: Rules) -> Self:
        """The question as it stands now; raises NoSuchTableError without customer profiles."""
        return cls(rules, current_schema(), present_moment(), active_rules(), catalog.current_versions())

    @property
    def relations(self) -> Mapping[str, Relation]:
        return catalog.pinned_relations(self.versions)

    @contextmanager
    def session(self, key: str = "") -> Iterator[EngineSession]:
        """A turn at the engine. Under a key only the latest question keeps it: earlier ones are cancelled.

        Raises EngineTimeoutError when too many are counting, and EngineInterruptedError when cancelled.
        """
        opened = open_newest(key, self.relations) if key else open_interactive(self.relations)
        with opened as session:
            yield session

    def column(self, name: str) -> exp.Column:
        """A column of the customer profiles."""
        return column(self.schema.profiles.table, name)

    def matching(self, *selected: exp.Expr) -> exp.Select:
        """Selects this of each customer who matches; raises RulesError and CircularSegmentError."""
        profiles = exp.to_table(self.schema.profiles.table, quoted=True)
        return exp.select(*selected).from_(profiles).where(self._matches())

    def freshness(self, *also: str) -> Freshness:
        """For an answer that was just given; `also` are tables used besides those of the rules."""
        return freshness(self.versions, {*also, *tables_asked(self.rules, self.segments)})

    def _matches(self) -> exp.Expr:
        return predicate(self.rules, self.schema, self.moment, segments=self.segments)


def members_query(rules: Rules, schema: Schema, moment: Moment, segments: Mapping[int, Rules]) -> exp.Select:
    """The keys of the customers who match: what “View SQL” shows."""
    question = Question(rules, schema, moment, segments, {})
    return question.matching(question.column(schema.profiles.key))
