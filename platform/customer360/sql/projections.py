"""The list after SELECT: each * expanded, each column with a name of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.sql import limits
from customer360.sql.scopes import BoundColumn, Term, called
from customer360.sql.values import lineage_of, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from customer360.sql.scopes import Scope


def bind_projections(select: exp.Select, scope: Scope) -> tuple[BoundColumn, ...]:
    """The columns of the SELECT; afterwards the tree lists them one by one, each with its name."""
    projections: list[exp.Expr] = []
    columns: list[BoundColumn] = []
    for term in _terms(select.expressions, scope):
        name = _free_name(term.name, columns)
        if name != term.name and isinstance(term.expression, exp.Column):
            scope.context.notes.append(f"A second column “{term.name}” is now called “{name}”.")
        expression = said(term, hidden=scope.hides_personal)
        projections.append(exp.alias_(expression, name, quoted=True, copy=False))
        columns.append(BoundColumn(name, term.lineage))
        if len(columns) > limits.COLUMNS:
            scope.context.faults.refuse(
                select, f"There are more than {limits.COLUMNS:,} columns. Name those you need."
            )
    if not columns and not scope.context.faults:
        scope.context.faults.add(select, "There is no column after SELECT. Name one.")
    select.set("expressions", projections)
    return tuple(columns)


def _terms(projections: Sequence[exp.Expr], scope: Scope) -> Iterator[Term]:
    for position, projection in enumerate(projections, start=1):
        if isinstance(projection, exp.Star):
            yield from _star(projection, scope.visible, scope)
        elif isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star):
            source = scope.sources.get(projection.table.lower())
            if source is None:
                scope.context.faults.add(projection, f"There is no “{projection.table}” in FROM. Name it there.")
            yield from _star(projection.this, source.terms if source else (), scope)
        else:
            yield _single(projection, position, scope)


def _single(projection: exp.Expr, position: int, scope: Scope) -> Term:
    given = projection.alias if isinstance(projection, exp.Alias) else ""
    value = projection.this if isinstance(projection, exp.Alias) else projection
    name = given or _name_of(value, position, scope)
    holder = exp.Paren(this=value)
    lineage = lineage_of(holder, scope)
    bound = holder.this
    reused = bound if isinstance(bound, exp.Column | exp.Literal) else exp.paren(bound, copy=True)
    if given:
        scope.aliases.setdefault(given.lower(), Term(given, reused, lineage))
    return Term(name, bound, lineage)


def _name_of(value: exp.Expr, position: int, scope: Scope) -> str:
    """The name of an unnamed column: as spelt in the table, else the function's name."""
    value = value.unnest()
    if isinstance(value, exp.Column):
        source = scope.sources.get(value.table.lower())
        found = called(value.name, source.terms if source else scope.visible)
        return found[0].name if found else value.name
    if isinstance(value, exp.Window | exp.Filter | exp.IgnoreNulls):
        return _name_of(value.this, position, scope)
    if isinstance(value, exp.Func) and not isinstance(value, exp.Connector | exp.Cast | exp.Case):
        return value.name.lower() if isinstance(value, exp.Anonymous) else value.sql_name().lower()
    return f"column_{position}"


def _star(star: exp.Star, terms: Iterable[Term], scope: Scope) -> Iterator[Term]:
    terms = list(terms)
    if not terms and not scope.sources:
        scope.context.faults.add(star, "A * needs a table. Name one after FROM.")
    left_out = {part.name.lower() for part in _known(star.args.get("except_"), terms, scope)}
    replaced = {part.alias.lower(): part for part in _known(star.args.get("replace"), terms, scope)}
    for position, term in enumerate(terms, start=1):
        if term.name.lower() in left_out:
            continue
        scope.context.spend(star, 5)
        if part := replaced.get(term.name.lower()):
            yield _single(part, position, scope)
        else:
            yield term


def _known(parts: Sequence[exp.Expr] | None, terms: list[Term], scope: Scope) -> Iterator[exp.Expr]:
    for part in parts or ():
        if not called(part.alias_or_name, terms):
            scope.context.faults.add(
                part, f"There is no column “{part.alias_or_name}” to leave out or replace here."
            )
        yield part


def _free_name(wanted: str, columns: Sequence[BoundColumn]) -> str:
    """The wanted name, numbered if an earlier column has it: a name must mean one column."""
    taken = {column.name.lower() for column in columns}
    number, name = 0, wanted
    while name.lower() in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name
