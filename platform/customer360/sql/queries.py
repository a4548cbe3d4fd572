"""SELECT, UNION and WITH: resolves names scope by scope, and finds every column's lineage.

The tree is changed in place until it is unambiguous: every table and sub-query has a name of its own, every column
is qualified with its table, each * is expanded, and USING has become ON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.engine.interface import DataType
from customer360.sql.faults import in_place_of
from customer360.sql.lineage import computed, either
from customer360.sql.projections import bind_projections
from customer360.sql.scopes import BoundColumn, NamedQuery, Relation
from customer360.sql.sources import bind_from, renamed
from customer360.sql.values import decide, window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from customer360.sql.lineage import Lineage
    from customer360.sql.scopes import Scope


def bind_query(query: exp.Expr, scope: Scope) -> Relation:
    """Binds the query and returns its columns; `scope` must be new."""
    _bind_named_queries(query, scope)
    if isinstance(query, exp.Select):
        return _select(query, scope)
    if isinstance(query, exp.SetOperation):
        return _ordered(query, _set_operation(query, scope), scope)
    if not isinstance(query, exp.Subquery):
        scope.context.faults.refuse(query, "A SELECT is expected here.")
    return _ordered(query, bind_query(query.this, scope.part()), scope)


def _bind_named_queries(query: exp.Expr, scope: Scope) -> None:
    with_ = query.args.get("with_")
    names: set[str] = set()
    for named in with_.expressions if with_ else ():
        if named.alias.lower() in names:
            scope.context.faults.add(named, f"Two queries here are called “{named.alias}”. Give one another name.")
        names.add(named.alias.lower())
        relation = bind_query(named.this, scope.beside())
        columns = renamed(named, relation, scope)
        name = scope.context.name_of_its_own(named.alias, taken=scope.context.tables)
        alias = exp.TableAlias(this=exp.to_identifier(name, quoted=True))
        if named.alias_column_names:
            alias.set("columns", [exp.to_identifier(column.name, quoted=True) for column in columns])
        bound = NamedQuery(name, Relation(columns, relation.influences))
        scope.named_queries = {**scope.named_queries, named.alias.lower(): bound}
        named.set("alias", alias)


def _select(select: exp.Select, scope: Scope) -> Relation:
    scope.context.enter_query(select)
    bind_from(select, scope)
    for named in select.args.get("windows") or ():
        scope.windows[named.this.name.lower()] = window(named, scope)
    columns = bind_projections(select, scope)
    _bind_distinct(select, columns, scope)
    for clause in ("where", "having", "qualify"):
        if condition := select.args.get(clause):
            decide(condition.this, scope, "filter by")
    if group := select.args.get("group"):
        _bind_group(group, columns, scope)
    if order := select.args.get("order"):
        for ordered in order.expressions:
            _bind_order(ordered, columns, scope)
    return Relation(columns, computed(scope.influences))


def _bind_distinct(select: exp.Select, columns: Sequence[BoundColumn], scope: Scope) -> None:
    distinct = select.args.get("distinct")
    if distinct is None:
        return
    if on := distinct.args.get("on"):
        for key in list(_keys(on)):
            _bind_key(key, columns, scope, "group by")
        return
    _compare(distinct, columns, scope)


def _compare(node: exp.Expr, columns: Sequence[BoundColumn], scope: Scope) -> None:
    """Equal rows become one, so their values decide how many there are."""
    lineage = computed(column.lineage for column in columns)
    scope.context.guard(node, lineage, "compare whole rows by")
    scope.influences.append(lineage)


def _bind_group(group: exp.Group, columns: Sequence[BoundColumn], scope: Scope) -> None:
    for part in list(group.iter_expressions()):
        for key in list(_keys(part)):
            _bind_key(key, columns, scope, "group by", named=not _is_source(key, scope))


_AROUND_KEYS = (exp.Paren, exp.Tuple, exp.GroupingSets, exp.Cube, exp.Rollup)


def _keys(part: exp.Expr) -> Iterator[exp.Expr]:
    """The grouping keys: engines look for column numbers inside brackets and grouping sets as well."""
    if not isinstance(part, _AROUND_KEYS):
        yield part
        return
    for inner in part.iter_expressions():
        yield from _keys(inner)


def _bind_order(ordered: exp.Expr, columns: Sequence[BoundColumn], scope: Scope) -> None:
    _bind_key(ordered.this.unnest(), columns, scope, "order by")


def _bind_key(
    key: exp.Expr, columns: Sequence[BoundColumn], scope: Scope, doing: str, *, named: bool = True
) -> None:
    """Binds a key that may be a column of the result, by number or, if `named`, by name."""
    position = _position(key, columns, scope)
    if position is None and named:
        position = _alias_position(key, columns)
    if position is None:
        decide(key, scope, doing)
    else:
        _point_at(key, position, columns, scope, doing)


def _position(key: exp.Expr, columns: Sequence[BoundColumn], scope: Scope) -> int | None:
    """The number if the key stands for a column of the result."""
    if not (isinstance(key, exp.Literal) and not key.is_string):
        return None
    if not key.name.isdecimal() or not 1 <= int(key.name) <= len(columns):
        scope.context.faults.refuse(key, f"There is no column number {key.name}: the result has {len(columns)}.")
    return int(key.name)


def _alias_position(key: exp.Expr, columns: Sequence[BoundColumn]) -> int | None:
    if not isinstance(key, exp.Column) or key.table:
        return None
    names = [column.name.lower() for column in columns]
    return names.index(key.name.lower()) + 1 if key.name.lower() in names else None


def _is_source(key: exp.Expr, scope: Scope) -> bool:
    return any(term.name.lower() == key.name.lower() for term in scope.visible)


def _point_at(key: exp.Expr, position: int, columns: Sequence[BoundColumn], scope: Scope, doing: str) -> None:
    """Refers to a column of the result by its number, which every engine understands alike."""
    lineage = columns[position - 1].lineage
    scope.context.guard(key, lineage, doing)
    scope.influences.append(lineage)
    key.replace(in_place_of(key, exp.Literal.number(position)))


def _set_operation(operation: exp.SetOperation, scope: Scope) -> Relation:
    left, right = (bind_query(side, scope.part()) for side in (operation.this, operation.expression))
    if len(left.columns) != len(right.columns):
        scope.context.faults.refuse(
            operation.expression,
            f"This side has {len(right.columns)} columns, the other {len(left.columns)}. Give both the same.",
        )
    scope.influences += [left.influences, right.influences]
    if not isinstance(operation, exp.Union) or operation.args.get("distinct"):
        _compare(operation, [*left.columns, *right.columns], scope)
    if isinstance(operation, exp.Except):
        return left
    pairs = list(zip(left.columns, right.columns, strict=True))
    columns = tuple(BoundColumn(one.name, either([one.lineage, other.lineage])) for one, other in pairs)
    for column, (one, other) in zip(columns, pairs, strict=True):
        scope.context.use(column.lineage)  # what the other side adds to personal data may be personal as well
        if _is_converted(one.lineage, other.lineage):
            scope.context.guard(operation, column.lineage, "put among values of another type")
    return Relation(columns)


def _is_converted(one: Lineage, other: Lineage) -> bool:
    """Whether a side's values may be cast to another type: a failing cast would reveal values."""
    types = {source.column.type for source in one.repeated | other.repeated}
    if types <= {DataType.STRING}:
        return False
    return len(types) > 1 or not (one.repeated and other.repeated)


def _ordered(query: exp.Expr, relation: Relation, scope: Scope) -> Relation:
    """The relation of a compound query; it can be ordered only by its own columns."""
    order = query.args.get("order")
    for ordered in order.expressions if order else ():
        position = _position(ordered.this, relation.columns, scope)
        if position is None:
            position = _alias_position(ordered.this, relation.columns)
        if position is None:
            scope.context.faults.refuse(ordered, "Order by the name or the number of a column of the result.")
        _point_at(ordered.this, position, relation.columns, scope, "order by")
    return Relation(relation.columns, computed([relation.influences, *scope.influences]))
