"""FROM and JOIN: the tables and sub-queries a SELECT reads, and the columns they bring."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.sql.faults import in_place_of, suggestion
from customer360.sql.lineage import computed, either, read_from, rows_of
from customer360.sql.scopes import BoundColumn, Named, Relation, Term, called, resolved
from customer360.sql.values import decide, lineage_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from customer360.sql.lineage import Lineage
    from customer360.sql.scopes import Scope
    from customer360.sql.shapes import TableShape


def bind_from(select: exp.Select, scope: Scope) -> None:
    """Fills the scope with the sources of the SELECT."""
    from_ = select.args.get("from_")
    if from_ is None:
        return
    scope.visible = _item(from_.this, scope)
    for join in select.args.get("joins") or ():
        _join(join, scope)


def _join(join: exp.Join, scope: Scope) -> None:
    left, before = scope.visible, set(scope.sources)
    right = _item(join.this, scope)
    shared = _shared_names(join, left, right, scope)
    scope.visible = [*left, *right]
    if shared:
        scope.visible = _merged(join, shared, left, right, scope)
    elif condition := join.args.get("on"):
        decide(condition, scope, "join by")
    if join.kind in {"SEMI", "ANTI"}:
        scope.visible = left
        for name in set(scope.sources) - before:
            del scope.sources[name]


def _shared_names(join: exp.Join, left: list[Term], right: list[Term], scope: Scope) -> list[exp.Expr]:
    using: list[exp.Expr] = join.args.get("using") or []
    if join.method != "NATURAL":
        return using
    shared = [in_place_of(join, exp.to_identifier(term.name)) for term in left if called(term.name, right)]
    if not shared:
        scope.context.faults.add(join, "The two sides have no column in common. Use JOIN with ON.")
    return shared


def _merged(
    join: exp.Join, names: list[exp.Expr], left: list[Term], right: list[Term], scope: Scope
) -> list[Term]:
    """The columns after a join USING: each shared one once. From here on the join uses ON."""
    merged: dict[str, Term] = {}
    for name in names:
        ours, theirs = called(name.name, left), called(name.name, right)
        if len(ours) != 1 or len(theirs) != 1:
            scope.context.faults.add(
                name, f"“{name.name}” must be one column on both sides of the join. Use ON instead."
            )
            continue
        merged[name.name.lower()] = _one_of_both(join, ours[0], theirs[0])
        join.on(ours[0].expression.copy().eq(theirs[0].expression.copy()), copy=False)
        lineage = computed([ours[0].lineage, theirs[0].lineage])
        scope.context.guard(name, lineage, "join by")
        scope.influences.append(lineage)
    join.set("using", None)
    join.set("method", None)
    kept = [merged.get(term.name.lower(), term) for term in left]
    return kept + [term for term in right if term.name.lower() not in merged]


def _one_of_both(join: exp.Join, left: Term, right: Term) -> Term:
    """What the shared name stands for: the side with a value in every row, or whichever has one."""
    if join.side == "FULL":
        either_one = exp.Coalesce(this=left.expression.copy(), expressions=[right.expression.copy()])
        return Term(left.name, either_one, either([left.lineage, right.lineage]))
    return Term(left.name, right.expression, right.lineage) if join.side == "RIGHT" else left


def _item(item: exp.Expr, scope: Scope) -> list[Term]:
    """Adds the sources of one item of FROM to the scope and returns its columns."""
    if isinstance(item, exp.Subquery) and isinstance(item.this, exp.Table | exp.Subquery) and not item.alias:
        return _joined(item.this, item, scope)
    return _joined(item, item, scope, bare=True)


def _joined(item: exp.Expr, holder: exp.Expr, scope: Scope, *, bare: bool = False) -> list[Term]:
    """Like `_item`, with the joins inside the item's own brackets."""
    outside = scope.visible
    scope.visible = list(_source(item, scope)) if bare else _item(item, scope)
    for join in holder.args.get("joins") or ():
        _join(join, scope)
    terms, scope.visible = scope.visible, outside
    return terms


def _source(item: exp.Expr, scope: Scope) -> tuple[Term, ...]:
    match item:
        case exp.Table():
            name, relation = _table(item, scope)
        case exp.Values():
            name, relation = "values", _values(item, scope)
        case exp.Lateral():
            name, relation = "lateral", scope.context.bind(item.this, scope.lateral())
        case exp.Query():
            name, relation = "subquery", scope.context.bind(item, scope.beside())
        case _:
            scope.context.faults.refuse(item, "A table or a sub-query is expected here.")
    scope.influences.append(relation.influences)
    return _named(item, name, relation, scope)


def _table(table: exp.Table, scope: Scope) -> tuple[str, Relation]:
    given = table.name
    if named := scope.named_queries.get(given.lower()):
        resolved(table).set("this", exp.to_identifier(named.name, quoted=True))
        return given, named.relation
    shape = scope.context.tables.get(given.lower())
    if shape is None:
        known = [*(shape.name for shape in scope.context.tables.values()), *scope.named_queries]
        hint = suggestion(given, known) or " Choose one of the tables in the list."
        scope.context.faults.refuse(table, f"There is no table “{given}”.{hint}")
    _require_open(shape, table, scope)
    scope.context.tables_read.add(shape.name)
    resolved(table).set("this", exp.to_identifier(shape.name, quoted=True))
    columns = (BoundColumn(column.name, read_from(shape.name, column)) for column in shape.columns.values())
    return shape.name, Relation(tuple(columns), rows_of(shape))


def _require_open(shape: TableShape, named: exp.Table, scope: Scope) -> None:
    if shape.decided_by_pii and scope.context.restricted_pii:
        scope.context.faults.refuse(
            named,
            f"Personal data decides which rows “{shape.name}” has, and your access leaves that out. Read another "
            "table.",
        )


def _values(values: exp.Values, scope: Scope) -> Relation:
    rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in values.expressions]
    if len({len(row) for row in rows}) != 1:
        scope.context.faults.refuse(
            values, "The rows of VALUES differ in length. Give each the same number of values."
        )
    alone = scope.beside()
    lineages = [_listed(values, column, alone) for column in zip(*rows, strict=True)]
    if not values.alias_column_names:
        alias = values.args.get("alias") or exp.TableAlias()
        alias.set("columns", [exp.to_identifier(f"col{position}") for position in range(len(lineages))])
        values.set("alias", alias)
    return Relation(tuple(BoundColumn(f"col{position}", lineage) for position, lineage in enumerate(lineages)))


def _listed(values: exp.Values, column: Iterable[exp.Expr], scope: Scope) -> Lineage:
    lineage = computed(lineage_of(value, scope) for value in column)
    scope.context.guard(values, lineage, "list")
    return lineage


def _named(item: exp.Expr, name: str, relation: Relation, scope: Scope) -> tuple[Term, ...]:
    """Registers a source under the person's name for it, and gives it a unique one."""
    columns = renamed(item, relation, scope)
    alias = scope.context.name_of_its_own(item.alias or name)
    shown = item.alias or (name if isinstance(item, exp.Table) else alias)
    if shown.lower() in scope.sources:
        scope.context.faults.add(item, f"Two tables here are called “{shown}”. Give one another name with AS.")
    scope.context.enter_source(item)
    own = exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
    if item.alias_column_names:
        own.set("columns", [exp.to_identifier(column.name, quoted=True) for column in columns])
    item.set("alias", own)
    terms = tuple(
        Term(column.name, resolved(exp.column(column.name, table=alias, quoted=True)), column.lineage)
        for column in columns
    )
    scope.sources[shown.lower()] = Named(shown, terms)
    return terms


def renamed(item: exp.Expr, relation: Relation, scope: Scope) -> tuple[BoundColumn, ...]:
    """The relation's columns, renamed by the names in brackets after its own."""
    names: Iterable[str] = item.alias_column_names
    if len(item.alias_column_names) > len(relation.columns):
        scope.context.faults.add(item, "There are more names in these brackets than columns. Remove some.")
    pairs = zip_longest(relation.columns, names)
    return tuple(BoundColumn(name or column.name, column.lineage) for column, name in pairs if column)
