"""What names mean at one place of a query."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.sql.lineage import NOTHING, Lineage, computed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from customer360.sql.context import Context
    from customer360.sql.faults import Faults


@dataclass(frozen=True, slots=True)
class Term:
    """What a name stands for: what is said to the engine in its place, and where its value comes from."""

    name: str
    expression: exp.Expr
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class Named:
    """A source of a SELECT under the name that the person gave it, and its columns."""

    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class BoundColumn:
    """A column that a query or a table yields."""

    name: str
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class Relation:
    """The columns of a table or a sub-query; `influences` is what decides which rows it has."""

    columns: tuple[BoundColumn, ...]
    influences: Lineage = NOTHING

    @property
    def whole(self) -> Lineage:
        """The lineage of a value that is looked up in it."""
        return computed([*(column.lineage for column in self.columns), self.influences])


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query of a WITH, under the name that it has in what is run."""

    name: str
    relation: Relation


@dataclass(slots=True)
class Scope:
    """One SELECT's names: its sources by the names the person gave them, and what a bare name can mean.

    `parent` is the scope around it for a sub-query that may refer to it. `hides_personal` tells that the columns
    become part of an expression, which somebody without access to personal data must not compute over it. All keys
    are in small letters.
    """

    context: Context
    parent: Scope | None
    named_queries: Mapping[str, NamedQuery]
    sources: dict[str, Named] = field(default_factory=dict)
    visible: list[Term] = field(default_factory=list)
    aliases: dict[str, Term] = field(default_factory=dict)
    windows: dict[str, Lineage] = field(default_factory=dict)
    hides_personal: bool = False
    influences: list[Lineage] = field(default_factory=list)

    def outwards(self) -> Iterator[Scope]:
        """This scope, then those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def nested(self) -> Scope:
        """The scope of a sub-query in an expression."""
        return Scope(self.context, self, self.named_queries, hides_personal=self.context.restricted_pii)

    def lateral(self) -> Scope:
        """The scope of a sub-query after LATERAL, which sees the sources before it."""
        return Scope(self.context, self, self.named_queries)

    def beside(self) -> Scope:
        """The scope of a sub-query in FROM or WITH: it doesn't see its neighbours."""
        return Scope(self.context, self.parent, self.named_queries)

    def part(self) -> Scope:
        """The scope of a side of a UNION, or of a query in brackets."""
        return Scope(self.context, self.parent, self.named_queries, hides_personal=self.hides_personal)


def called(name: str, terms: list[Term] | tuple[Term, ...]) -> list[Term]:
    """Those of the terms that have this name, whatever its case."""
    return [term for term in terms if term.name.lower() == name.lower()]


_RESOLVED = "resolved"


def resolved(name: exp.Expr) -> exp.Expr:
    """Marks a column or a table that was looked up, for `refuse_unresolved`; copies keep the mark."""
    name.meta[_RESOLVED] = True
    return name


def refuse_unresolved(query: exp.Query, faults: Faults) -> None:
    """The last look at what will run: no name in it may have slipped through, in whatever part of the query."""
    for name in query.find_all(exp.Column, exp.Table):
        if not name.meta.get(_RESOLVED):
            faults.refuse(name, "This name can't stand here. Say it in another way.")
