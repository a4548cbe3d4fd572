"""What names mean at one point in a query."""

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
    """What a name stands for: the expression that replaces it, and the lineage of its value."""

    name: str
    expression: exp.Expr
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class Named:
    """A source of a SELECT under the person's name for it, with its columns."""

    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class BoundColumn:
    """A column that a query or table yields."""

    name: str
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class Relation:
    """The columns of a table or a sub-query; `influences` is what decides which rows it has."""

    columns: tuple[BoundColumn, ...]
    influences: Lineage = NOTHING

    @property
    def whole(self) -> Lineage:
        """The lineage of a value looked up in it."""
        return computed([*(column.lineage for column in self.columns), self.influences])


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query of a WITH, under its name in what is run."""

    name: str
    relation: Relation


@dataclass(slots=True)
class Scope:
    """One SELECT's names: its sources by the person's names for them, and what an unqualified name can mean.

    `parent` is the enclosing scope for a sub-query that may refer to it. `hides_personal` says that the columns
    become part of an expression, which someone without access must not compute from personal data. All keys are in
    lower case.
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
        """This scope, then the enclosing ones."""
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
    """The terms with this name, ignoring case."""
    return [term for term in terms if term.name.lower() == name.lower()]


_RESOLVED = "resolved"


def resolved(name: exp.Expr) -> exp.Expr:
    """Marks a column or table as resolved, for `refuse_unresolved`; copies keep the mark."""
    name.meta[_RESOLVED] = True
    return name


def refuse_unresolved(query: exp.Query, faults: Faults) -> None:
    """The final check of what will run: no name in any part of the query may have escaped resolution."""
    for name in query.find_all(exp.Column, exp.Table):
        if not name.meta.get(_RESOLVED):
            faults.refuse(name, "This name can't stand here. Say it in another way.")
