"""The e-mail verdicts found at import, carried through a query so that the rule is not evaluated again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sqlglot import exp

from customer360.companions import names_beside
from customer360.models import Column
from customer360.semantics import Semantic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


Query = TypeVar("Query", bound=exp.Query)


class Verdict(NamedTuple):
    """The names of the columns with the address in sendable form, and with why it can't be sent to."""

    address: str
    reason: str


def with_verdicts(query: Query, columns: Iterable[str]) -> tuple[Query, dict[str, Verdict]]:
    """The query, with two more columns for each of these that repeats an e-mail column unchanged.

    `query` must be checked: each of its names means one thing. A column that is computed, grouped or part of a
    UNION has no verdict of its own and is left out of the mapping.
    """
    told = query.copy()
    carrier = _Carrier(_verified_columns())
    found = {name: carrier.carry(told, name, {}) for name in columns}
    return told, {name: verdict for name, verdict in found.items() if verdict}


def _verified_columns() -> frozenset[tuple[str, str]]:
    """(Table, column) names of the e-mail columns that have companions."""
    columns = Column.objects.exclude(table__current_version=None).select_related("table")
    present = {(column.table.name, column.name): column.semantic for column in columns}
    return frozenset(
        (table, name)
        for (table, name), semantic in present.items()
        if semantic == Semantic.EMAIL and all((table, beside) in present for beside in names_beside(name))
    )


class _Carrier:
    """Adds columns to a query and to the queries it reads."""

    def __init__(self, verified: frozenset[tuple[str, str]]) -> None:
        self._verified = verified
        self._count = 0

    def carry(self, query: exp.Expr, name: str, named: Mapping[str, exp.CTE]) -> Verdict | None:
        """Adds two columns at the end of the query's result for the column of this name; None if impossible."""
        with_ = query.args.get("with_")
        named = {**named, **{each.alias: each for each in (with_.expressions if with_ else ())}}
        if isinstance(query, exp.Subquery):
            return self.carry(query.this, name, named)
        if not isinstance(query, exp.Select) or query.args.get("group") or query.args.get("distinct"):
            return None
        copied = next((each.unalias() for each in query.expressions if each.alias_or_name == name), None)
        if not isinstance(copied, exp.Column):
            return None
        origin = next((each for each in _sources(query) if each.alias_or_name == copied.table), None)
        below = self._below(origin, copied.name, named)
        return self._select(query, copied.table, below) if below else None

    def _below(self, origin: exp.Expr | None, name: str, named: Mapping[str, exp.CTE]) -> Verdict | None:
        if origin is None or origin.args.get("joins") or _renames(origin):
            return None
        if isinstance(origin, exp.Subquery):
            return self.carry(origin.this, name, named)
        if not isinstance(origin, exp.Table):
            return None
        if origin.name in named:
            return None if _renames(named[origin.name]) else self.carry(named[origin.name].this, name, named)
        return Verdict(*names_beside(name)) if (origin.name, name) in self._verified else None

    def _select(self, query: exp.Select, table: str, below: Verdict) -> Verdict:
        self._count += 1
        verdict = Verdict(f"muster_address_{self._count}", f"muster_reason_{self._count}")
        for inner, outer in ((below.address, verdict.address), (below.reason, verdict.reason)):
            column = exp.column(inner, table=exp.to_identifier(table, quoted=True), quoted=True)
            query.select(exp.alias_(column, outer, quoted=True), copy=False)
        return verdict


def _sources(select: exp.Select) -> list[exp.Expr]:
    from_ = select.args.get("from_")
    joined = [join.this for join in select.args.get("joins") or ()]
    return [from_.this, *joined] if from_ else joined


def _renames(source: exp.Expr) -> bool:
    """Whether the source renames its columns one by one."""
    alias = source.args.get("alias")
    return bool(isinstance(alias, exp.TableAlias) and alias.args.get("columns"))
