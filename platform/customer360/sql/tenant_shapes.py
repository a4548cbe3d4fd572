"""The shapes of the active tenant's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.models import Table
from customer360.sql.shapes import ColumnShape, TableShape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from customer360.models import Column


def current_shapes() -> Mapping[str, TableShape]:
    """The tables that queries can read now, by name: those of the active tenant with a version."""
    tables = Table.objects.with_data().prefetch_related("columns")
    return {table.name: shape_of(table) for table in tables}


def shape_of(table: Table) -> TableShape:
    """The table as people know it, without the columns that Muster adds."""
    columns = [column for column in table.columns.all() if not column.companion_of]
    return TableShape(table.name, {column.name: _column(column) for column in columns}, table.decided_by_pii)


def _column(column: Column) -> ColumnShape:
    return ColumnShape(
        name=column.name,
        type=column.data_type,
        is_pii=column.is_pii,
        semantic=column.semantic,
        not_for_activation=column.not_for_activation,
    )
