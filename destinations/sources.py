"""The columns of Customer 360 that can be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.engine.interface import DataType
from customer360.errors import QueryRefusedError
from customer360.models import Column, Query, Table
from customer360.semantics import Semantic
from customer360.sql.checking import OutputColumn, checked
from customer360.sql.tenant_shapes import current_shapes
from destinations.delivery.specs import FieldKind
from destinations.mapping_checks import SourceColumn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from destinations.mappings import ColumnMapping

DEFAULT_TABLE = "Merged_Customers"

KINDS: Mapping[DataType, FieldKind] = {
    DataType.INTEGER: FieldKind.NUMBER,
    DataType.DECIMAL: FieldKind.NUMBER,
    DataType.FLOAT: FieldKind.NUMBER,
    DataType.BOOLEAN: FieldKind.BOOLEAN,
    DataType.DATE: FieldKind.DATE,
    DataType.DATETIME: FieldKind.DATETIME,
}


def columns_of_table(name: str) -> Mapping[str, SourceColumn]:
    """The table's columns by name, in order, without those that Muster computed; empty if there is no table."""
    table = Table.objects.filter(name__iexact=name).first()
    return _sources(Column.objects.filter(table=table, companion_of="")) if table else {}


def tables_of_attributes() -> list[Table]:
    """Tables whose rows name their customer, and so can be a source of attributes; the default one first.

    Where a customer has several rows, the latest is sent.
    """
    tables = Table.objects.exclude(role=Table.Role.LIST).exclude(kept_by_muster=True)
    known = [table for table in tables.prefetch_related("columns") if _is_of_customers(table)]
    return sorted(known, key=lambda table: (table.name != DEFAULT_TABLE, table.name.casefold()))


def customer_column(table: Table) -> str | None:
    """The column that names a row's customer; for a table of customer profiles, its key."""
    named = (column.name for column in table.columns.all() if column.semantic == Semantic.CUSTOMER_KEY)
    own = table.key_column if table.role == Table.Role.CUSTOMER_PROFILES else None
    return next(named, own) or None


def has_one_row_each(table: Table) -> bool:
    """Whether no customer can have two rows: imports keep the key of a table unique."""
    return table.role == Table.Role.CUSTOMER_PROFILES or customer_column(table) == table.key_column


def _is_of_customers(table: Table) -> bool:
    return table.role == Table.Role.CUSTOMER_PROFILES or customer_column(table) is not None


def columns_for_templates() -> Mapping[str, Mapping[str, SourceColumn]]:
    """What a data template can map: the columns of the default table and of each active query."""
    return dict(_offered())


def sources_of(mapped: Iterable[ColumnMapping]) -> Mapping[str, SourceColumn]:
    """The same by name alone, as far as is needed to find these; the default table's come first.

    Queries are read, which takes time, only for columns that were not found before. Empty if nothing is offered.
    """
    wanted = {column.source for column in mapped}
    found: dict[str, SourceColumn] = {}
    for _, columns in _offered():
        found = {**columns, **found}
        if found.keys() >= wanted:
            break
    return found


def _offered() -> Iterator[tuple[str, Mapping[str, SourceColumn]]]:
    yield DEFAULT_TABLE, columns_of_table(DEFAULT_TABLE)
    shapes = current_shapes()
    for query in Query.objects.filter(status=Query.Status.ACTIVE):
        try:
            yield query.name, _sources(checked(query.sql, shapes).columns)
        except QueryRefusedError:
            continue  # it reads something that is gone; the query's page says so


def _sources(columns: Iterable[Column | OutputColumn]) -> Mapping[str, SourceColumn]:
    return {column.name: _source(column) for column in columns}


def _source(column: Column | OutputColumn) -> SourceColumn:
    return SourceColumn(
        name=column.name,
        kind=_kind(column),
        is_pii=column.is_pii,
        not_for_activation=column.not_for_activation,
    )


def _kind(column: Column | OutputColumn) -> FieldKind:
    """For a query's sums it is known only that they are numbers, not of which type."""
    if isinstance(column, OutputColumn) and column.is_number:
        return FieldKind.NUMBER
    return KINDS.get(DataType(column.type), FieldKind.TEXT)
