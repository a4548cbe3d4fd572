"""Derived tables: built from an active query, and rebuilt when what it reads has changed."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.db import transaction
from sqlglot import exp

from accounts.access import people_who_can
from customer360 import catalog, companions, services, storage
from customer360.engine import JOB, DataFile, DataType, FileRelation, ResultColumn, installed_engine
from customer360.engine.errors import EngineError
from customer360.engine.types import as_stored
from customer360.errors import BuildError, Customer360Error
from customer360.manifest import Manifest, ManifestFile
from customer360.models import Column, Query, Table
from customer360.naming import require_free_names
from customer360.services import ColumnDraft
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from customer360.usage import Use
from notifications.models import Kind
from notifications.services import notify
from runtime import clock
from tenants.models import Tenant
from tenants.scope import require_tenant_id
from tenants.urls import tenant_reverse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from accounts.access import Access
    from customer360.models import TableVersion
    from customer360.querysets import TableQuerySet
    from customer360.sql.checking import CheckedQuery
    from customer360.sql.shapes import TableShape

BUILT = "built"
TOPIC = "table"


@dataclass(frozen=True, slots=True)
class Derivation:
    """What a query gives a table: columns, with meanings and marks by lineage, and the tables it reads."""

    columns: tuple[ColumnDraft, ...]
    reads: tuple[str, ...]


def derivation(query: Query, *, restricted_pii: bool = False) -> Derivation:
    """What a table built from the query would look like to people. Raises QueryRefusedError."""
    read = checked(query.sql, current_shapes(), restricted_pii=restricted_pii)
    own = (column for column in _columns(read) if not column.companion_of)
    return Derivation(tuple(own), tuple(sorted(read.tables)))


@transaction.atomic
def create_derived_table(
    *,
    query: Query,
    name: str,
    role: Table.Role = Table.Role.OTHER,
    key_column: str = "",
    description: str = "",
) -> Table:
    """Creates a table for `build_table` to fill from the query; columns inherit meaning and marks by lineage.

    Raises BuildError for a query that is not active, and QueryRefusedError for one that may not run.
    """
    if query.status != Query.Status.ACTIVE:
        raise BuildError(f"The query “{query}” is a draft. Activate it before a table is built from it.")
    if role == Table.Role.CUSTOMER_PROFILES and not key_column:
        raise BuildError("A table of customer profiles needs a key: choose its column.")
    read = checked(query.sql, current_shapes())
    table = services.create_table(
        name=name, columns=_columns(read), role=role, key_column=key_column, description=description
    )
    table.built_from = query
    table.decided_by_pii = read.chosen_by.is_pii
    table.save(update_fields=["built_from", "decided_by_pii"])
    return table


def build_table(*, table: Table) -> TableVersion:
    """A new version of a derived table, from the current versions of what its query reads.

    Raises BuildError when the rows have no unique key, QueryRefusedError when the query no longer fits the tables,
    and EngineError; the current version then stays.
    """
    if table.built_from is None:
        raise BuildError(f"“{table}” is not built from a query. Import into it instead.")
    tenant = Tenant.objects.get(pk=require_tenant_id())
    query = checked(table.built_from.sql, current_shapes())
    inputs = catalog.current_versions(query.tables)
    path = storage.new_file(table)
    columns, rows = _write(table, query, inputs, path, tenant)
    _require_unique_key(table, path)
    services.remove_unused_files(table)
    with transaction.atomic():
        locked = Table.objects.select_for_update().get(pk=table.pk)
        services.set_columns(table=locked, columns=_with_marks_of(locked, columns))
        _say_what_decides(table, query)
        file = ManifestFile(name=storage.name_of(path), rows=rows)
        version = services.publish_version(
            table=table,
            manifest=Manifest(columns=tuple(column.name for column in columns), files=(file,)),
            row_count=rows,
            origin=f"Built from {table.built_from}",
            ancestry=services.Ancestry(
                inputs, table.built_from.sql, min(catalog.data_of_each(inputs).values(), default=None)
            ),
        )
        note(table, "")
    return version


def _say_what_decides(table: Table, query: CheckedQuery) -> None:
    table.decided_by_pii = query.chosen_by.is_pii
    table.save(update_fields=["decided_by_pii"])


def build_again(*, table_id: int) -> None:
    """Builds a derived table even if nothing has changed; its row and a notification report the result."""
    table = Table.objects.derived().filter(pk=table_id).first()
    if table is not None:
        _build(table)


def _build(table: Table) -> TableVersion | None:
    """The new version; None, after notifying people, when it can't be built."""
    with _told_of_failure(table):
        note(table, Table.BuildStatus.RUNNING)
        return build_table(table=table)
    return None


def note(table: Table, status: Table.BuildStatus | Literal[""], problem: str = "") -> None:
    """Records the table's build status, for its page."""
    table.build_status, table.build_problem, table.build_changed_at = status, problem, clock.now()
    table.save(update_fields=["build_status", "build_problem", "build_changed_at"])


def build_stale_tables() -> list[TableVersion]:
    """Builds every derived table whose query or inputs have changed, inputs first.

    A table that can't be built stays as it is, the others are still built, and people who manage tables are told.
    Raises BuildError when tables are built from each other.
    """
    tables = _in_order_of_building(_what_each_reads())
    built = [_build(table) for table, reads in tables if _is_stale(table, reads)]
    return [version for version in built if version is not None]


def tables_built_from(queries: Collection[int], access: Access | None) -> dict[int, list[Use]]:
    """The tables built from these queries, by the queries' ids; anyone who sees a query may know of them."""
    found: dict[int, list[Use]] = defaultdict(list)
    for table in Table.objects.filter(built_from__in=queries):
        found[table.built_from_id].append(Use("Table", table.name, table.get_absolute_url()))
    return found


def inherited(table: Table) -> dict[str, ColumnDraft]:
    """The columns of a derived table as lineage defines them, by name."""
    return {draft.name: draft for draft in _columns(_read_anew(table))}


def _read_anew(table: Table) -> CheckedQuery:
    return checked(table.built_from.sql, current_shapes())


def inherit_marks() -> None:
    """Passes marks of personal data and against activation to derived tables at once, not at their next build.

    No mark is removed: a table whose query reads less than before stays marked until it is rebuilt.
    """
    shapes = current_shapes()
    tables = {each.name: (each, _tables_read(each.built_from.sql, shapes)) for each in Table.objects.derived()}
    for table, _reads in _in_order_of_building(tables):
        with suppress(Customer360Error):  # an unreadable query is reported when its table fails to build
            _inherit_marks(table, _read_anew(table))


def _inherit_marks(table: Table, read: CheckedQuery) -> None:
    if read.chosen_by.is_pii:
        Table.objects.filter(pk=table.pk).update(decided_by_pii=True)
    columns, drafts = Column.objects.filter(table=table), _columns(read)
    columns.filter(name__in=[each.name for each in drafts if each.is_pii]).update(is_pii=True)
    barred = [each.name for each in drafts if each.not_for_activation]
    columns.filter(name__in=barred).update(not_for_activation=True)


def tables_read_by(table: Table) -> TableQuerySet:
    """What a derived table is built from, besides its query; empty for any other table."""
    names = _tables_read(table.built_from.sql, current_shapes()) if table.built_from else ()
    found: TableQuerySet = Table.objects.filter(name__in=names)
    return found


def require_no_circle(query: Query, text: str) -> None:
    """Raises BuildError when a table built by this text would, even indirectly, be built from itself."""
    shapes = current_shapes()
    own = {table.name for table in query.tables.all()}
    reads = {table.name: _tables_read(table.built_from.sql, shapes) for table in Table.objects.derived()}
    reached: set[str] = set()
    waiting = set(_tables_read(text, shapes)) if own else set()
    while waiting:
        reached.add(name := waiting.pop())
        waiting |= reads.get(name, frozenset()) - reached - own
    if circle := sorted(own & reached):
        raise BuildError(f"“{circle[0]}” is built from this query, which so can't read it. Read another table.")


def readers_of(table: Table, access: Access | None) -> Iterator[Use]:
    """Active queries that read the table, and tables built from them."""
    if access is not None and not access.can("query:view"):
        return
    shapes = current_shapes()
    for query in Query.objects.filter(status=Query.Status.ACTIVE).prefetch_related("tables"):
        if table.name in _tables_read(query.sql, shapes):
            yield Use("Query", query.name, query.get_absolute_url())
            yield from (Use("Table", built.name, built.get_absolute_url()) for built in query.tables.all())


def _tables_read(sql: str, shapes: Mapping[str, TableShape]) -> frozenset[str]:
    try:
        return checked(sql, shapes).tables
    except Customer360Error:
        return frozenset()  # an unreadable query reads nothing


def _write(
    table: Table, query: CheckedQuery, inputs: Mapping[str, int], path: Path, tenant: Tenant
) -> tuple[list[ColumnDraft], int]:
    """Writes the result with its companions; returns its columns by lineage and its number of rows."""
    result = query.at(clock.now(), tenant.zone)
    with installed_engine().open_session(
        catalog.pinned_relations(inputs), limits=JOB, time_zone=tenant.time_zone
    ) as session:
        types = {column.name: column.type for column in session.columns(result)}
        columns = _columns(query, types)
        selected = [_value(column, result.named_selects) for column in columns]
        rows = session.write(
            exp.select(*selected).from_(result.subquery(BUILT)),
            path,
            pii={column.name for column in _with_marks_of(table, columns) if column.is_pii},
        )
    return columns, rows


def _columns(query: CheckedQuery, types: Mapping[str, DataType] | None = None) -> list[ColumnDraft]:
    """The result's columns, with companions for e-mail columns."""
    require_free_names({column.name: column.semantic for column in query.columns})
    own = (
        ColumnDraft(
            column.name,
            (types or {}).get(column.name, column.type),
            column.semantic,
            column.is_pii,
            column.not_for_activation,
        )
        for column in query.columns
    )
    return list(companions.with_companions(own))


def _with_marks_of(table: Table, columns: Sequence[ColumnDraft]) -> list[ColumnDraft]:
    """Keeps marks an operator has added; marks that come by lineage can't be removed."""
    known = {column.name: column for column in table.columns.all()}
    return [column.marked_like(known[column.name]) if column.name in known else column for column in columns]


def _value(column: ColumnDraft, selected: Sequence[str]) -> exp.Expr:
    if column.name in selected:
        return as_stored(ResultColumn(column.name, column.type))
    original = exp.column(column.companion_of, quoted=True)
    return companions.computed(column.name, column.companion_of, original).as_(column.name, quoted=True)


def _require_unique_key(table: Table, path: Path) -> None:
    if not table.key_column:
        return
    key = exp.column(table.key_column, quoted=True)
    counts = exp.select(
        exp.Count(this=exp.Star()), exp.Count(this=key), exp.Count(this=exp.Distinct(expressions=[key]))
    )
    relation = FileRelation((DataFile(path),), (table.key_column,))
    with installed_engine().open_session({BUILT: relation}, limits=JOB) as session:
        rows, with_key, keys = session.one(counts.from_(BUILT))
    if not rows == with_key == keys:
        raise BuildError(
            f"The query of “{table}” yields {rows:,} rows with {keys:,} different values of its key "
            f"“{table.key_column}”. Change the query so that each row has a key of its own."
        )


def _is_stale(table: Table, reads: frozenset[str]) -> bool:
    versions = dict(Table.objects.filter(name__in=reads).values_list("name", "current_version_id"))
    if None in versions.values() or set(versions) != reads:
        return False
    built = table.current_version
    return built is None or built.inputs != versions or built.built_sql != table.built_from.sql


def _what_each_reads() -> dict[str, tuple[Table, frozenset[str]]]:
    """Derived tables by name, with the tables their queries read."""
    shapes, found = current_shapes(), {}
    for table in Table.objects.derived():
        with _told_of_failure(table):
            found[table.name] = (table, checked(table.built_from.sql, shapes).tables)
    return found


def _in_order_of_building(
    tables: Mapping[str, tuple[Table, frozenset[str]]],
) -> Iterator[tuple[Table, frozenset[str]]]:
    """Orders tables after those they read."""
    waiting = {name: reads & set(tables) for name, (_, reads) in tables.items()}
    while waiting:
        ready = sorted(name for name, needed in waiting.items() if not needed & set(waiting))
        if not ready:
            raise BuildError(f"These tables are built from each other: {', '.join(sorted(waiting))}.")
        for name in ready:
            del waiting[name]
            yield tables[name]


@contextmanager
def _told_of_failure(table: Table) -> Iterator[None]:
    try:
        yield
    except (Customer360Error, EngineError) as error:
        note(table, Table.BuildStatus.FAILED, str(error))
        notify(
            topic=TOPIC,
            thread=f"table:{table.pk}",
            recipients=people_who_can("table:manage"),
            kind=Kind.ERROR,
            title=f"“{table}” was not built",
            body=str(error),
            link=tenant_reverse(table.tenant, "table", table_id=table.pk),
            link_text="Open the table",
        )
