"""Expressions: resolves their names in place, and finds the lineage of their value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.sql.faults import in_place_of, suggestion
from customer360.sql.lineage import NOTHING, Lineage, computed
from customer360.sql.output_types import absent
from customer360.sql.scopes import Term, called

if TYPE_CHECKING:
    from collections.abc import Iterable

    from customer360.sql.scopes import Scope


def lineage_of(expression: exp.Expr, scope: Scope) -> Lineage:
    """The lineage of the expression's value; replaces its columns by what they stand for."""
    if isinstance(expression, exp.Paren):
        return lineage_of(expression.this, scope)
    if isinstance(expression, exp.Column):
        return _column(expression, scope)
    return computed(_parts(expression, scope))


def decide(expression: exp.Expr, scope: Scope, doing: str) -> None:
    """Binds an expression that decides which rows there are, or their order or grouping."""
    lineage = lineage_of(expression, scope)
    scope.context.guard(expression, lineage, doing)
    scope.influences.append(lineage)


def _parts(expression: exp.Expr, scope: Scope) -> Iterable[Lineage]:
    """Walks without recursion, because chains of operators can exceed Python's stack."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        match node:
            case exp.Column():
                lineage = _column(node, scope, hidden=scope.context.restricted_pii)
                scope.context.use(lineage)
                yield lineage
            case exp.Star():
                scope.context.faults.add(node, "A * can't stand here. Name a column.")
            case exp.Count() | exp.ApproxDistinct():
                yield from _counted(node, scope)
            case exp.Window():
                waiting.append(node.this)
                yield window(node, scope)
            case exp.Filter():
                waiting.append(node.this)
                yield _filter(node, scope)
            case exp.Exists():
                yield scope.context.bind(node.this, scope.nested()).influences
            case exp.Query():
                yield scope.context.bind(node, scope.nested()).whole
            case _:
                waiting.extend(node.iter_expressions())


def _counted(node: exp.Count | exp.ApproxDistinct, scope: Scope) -> Iterable[Lineage]:
    arguments = node.this.expressions if isinstance(node.this, exp.Distinct) else [node.this]
    for argument in (part.unnest() for part in [*arguments, *node.expressions]):
        if isinstance(argument, exp.Column):
            yield _column(argument, scope, hidden=scope.context.restricted_pii, counted=True).counted()
        elif argument is not node.this or not isinstance(argument, exp.Star):
            yield lineage_of(argument, scope).counted()


def window(node: exp.Window, scope: Scope) -> Lineage:
    """Binds what decides which rows a window function sees; this lineage is part of the function's value."""
    partition, order, spec = (node.args.get(part) for part in ("partition_by", "order", "spec"))
    keys = [*(partition or ()), *(order.expressions if order else ()), *(spec.iter_expressions() if spec else ())]
    lineage = computed(lineage_of(key.this if isinstance(key, exp.Ordered) else key, scope) for key in keys)
    scope.context.guard(node, lineage, "arrange a window by")
    return computed([lineage, _named_window(node.args.get("alias"), scope)])


def _named_window(name: exp.Expr | None, scope: Scope) -> Lineage:
    if name is None:
        return NOTHING
    if name.name.lower() not in scope.windows:
        scope.context.faults.add(
            name, f"There is no window “{name.name}”. Define it with WINDOW, or write it out."
        )
    return scope.windows.get(name.name.lower(), NOTHING)


def _filter(node: exp.Filter, scope: Scope) -> Lineage:
    condition = node.expression.this
    lineage = lineage_of(condition, scope)
    scope.context.guard(condition, lineage, "filter by")
    return lineage


def _column(column: exp.Column, scope: Scope, *, hidden: bool = False, counted: bool = False) -> Lineage:
    if isinstance(column.this, exp.Star):
        scope.context.faults.add(column, "A * can't stand here. Name a column.")
        return NOTHING
    term = _of_table(column, scope) if column.table else _by_itself(column, scope)
    if term is None:
        return NOTHING
    scope.context.spend(column, sum(1 for _ in term.expression.walk()))
    hidden = hidden and not (counted and term.lineage.copied)
    column.replace(in_place_of(column, said(term, hidden=hidden)))
    return term.lineage


def said(term: Term, *, hidden: bool) -> exp.Expr:
    """The expression that replaces the term's name; if `hidden`, NULL instead of personal data.

    Someone who may not see personal data may not compute with it either: whether
    `CASE WHEN email LIKE 'a%' THEN 1 / 0 END` fails would reveal what they may not read. Inner computations were
    already made from NULL, so only a plain copy of a column can contain any.
    """
    if hidden and term.lineage.is_pii and term.lineage.repeated:
        return absent(min(source.column.type for source in term.lineage.repeated))
    return term.expression.copy()


def _of_table(column: exp.Column, scope: Scope) -> Term | None:
    for around in scope.outwards():
        if source := around.sources.get(column.table.lower()):
            found = called(column.name, source.terms)
            if not found:
                _refuse_unknown(column, source.terms, source.name, scope)
            return found[0] if found else None
    known = [source.name for around in scope.outwards() for source in around.sources.values()]
    scope.context.faults.add(
        column, f"There is no “{column.table}” in FROM.{suggestion(column.table, known)} Name it there."
    )
    return None


def _by_itself(column: exp.Column, scope: Scope) -> Term | None:
    for around in scope.outwards():
        found = called(column.name, around.visible)
        if len(found) > 1:
            scope.context.faults.add(
                column, f"“{column.name}” is in several tables. Write the table's name and a dot before it."
            )
        if found:
            return found[0]
        if around is scope and (alias := scope.aliases.get(column.name.lower())):
            return alias
    _refuse_unknown(column, scope.visible, " or ".join(source.name for source in scope.sources.values()), scope)
    return None


def _refuse_unknown(column: exp.Column, terms: Iterable[Term], place: str, scope: Scope) -> None:
    where = f" in {place}" if place else ", and no table after FROM"
    hint = suggestion(column.name, [term.name for term in terms]) or " Choose one of the columns in the list."
    scope.context.faults.add(column, f"There is no column “{column.name}”{where}.{hint}")
