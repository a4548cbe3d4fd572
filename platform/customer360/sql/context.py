"""State shared by the steps of binding one query."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from customer360.sql import limits

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from sqlglot import exp

    from customer360.sql.faults import Faults
    from customer360.sql.lineage import Lineage
    from customer360.sql.scopes import Relation, Scope
    from customer360.sql.shapes import TableShape


class BindQuery(Protocol):
    def __call__(self, query: exp.Expr, scope: Scope, /) -> Relation: ...


@dataclass(slots=True)
class Context:
    """One query being bound: the tables by lower-case name, and the budget used so far."""

    tables: Mapping[str, TableShape]
    faults: Faults
    restricted_pii: bool
    bind: BindQuery
    notes: list[str] = field(default_factory=list)
    tables_read: set[str] = field(default_factory=set)
    uses_personal: bool = False
    _names: set[str] = field(default_factory=set)
    _nodes: int = 0
    _queries: int = 0
    _sources: int = 0

    def name_of_its_own(self, wanted: str, taken: Container[str] = ()) -> str:
        """The wanted name, or a similar one, that is unique in the whole query.

        Engines differ in how they resolve ambiguous names: some let a sub-query in FROM see its neighbours. If
        every name is unambiguous, the engine can't read a column that was not checked.
        """
        number, name = 1, wanted
        while name.lower() in self._names or name.lower() in taken:
            number += 1
            name = f"{wanted}_{number}"
        self._names.add(name.lower())
        return name

    def spend(self, node: exp.Expr, nodes: int) -> None:
        """Counts expanded parts; refuses the query when there are too many."""
        self._nodes += nodes
        if self._nodes > limits.NODES:
            self.faults.refuse(node, "The query becomes too large here. Name fewer columns, or use fewer steps.")

    def enter_query(self, query: exp.Expr) -> None:
        self._queries += 1
        if self._queries > limits.QUERIES:
            self.faults.refuse(
                query, f"There are more than {limits.QUERIES} SELECTs. Build a table of some first."
            )

    def enter_source(self, source: exp.Expr) -> None:
        self._sources += 1
        if self._sources > limits.SOURCES:
            self.faults.refuse(source, f"More than {limits.SOURCES} tables are read. Build a table of some first.")

    def use(self, lineage: Lineage) -> None:
        """Records that personal data is computed with, compared or selected by, not only shown."""
        self.uses_personal = self.uses_personal or lineage.is_pii

    def guard(self, node: exp.Expr, lineage: Lineage, doing: str) -> None:
        """Records a fault where someone without access to personal data would use it to select or arrange rows."""
        self.use(lineage)
        if self.restricted_pii and lineage.is_pii:
            names = ", ".join(sorted({f"“{source.name}”" for source in lineage.personal}))
            self.faults.add(node, f"You can't {doing} {names}: your access leaves out personal data. Remove it.")
