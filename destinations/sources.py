"""The columns of Customer 360 that can be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.engine.interface import DataType
from customer360.models import Column, Table
from destinations.delivery.specs import FieldKind
from destinations.mapping_checks import SourceColumn

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_TABLE = "Merged_Customers"

KINDS: Mapping[DataType, FieldKind] = {
    DataType.INTEGER: FieldKind.NUMBER,
    DataType.DECIMAL: FieldKind.NUMBER,
    DataType.FLOAT: FieldKind.NUMBER,
    DataType.BOOLEAN: FieldKind.BOOLEAN,
    DataType.DATE: FieldKind.DATE,
    DataType.DATETIME: FieldKind.DATETIME,
}


def source_tables() -> Mapping[str, Mapping[str, SourceColumn]]:
    """The tables of customer profiles, the default one first, and what they offer."""
    names = [table.name for table in Table.objects.profiles()]
    ordered = sorted(names, key=lambda name: (name != DEFAULT_TABLE, name))
    return {name: source_columns(name) for name in ordered}


def source_columns(table_name: str = DEFAULT_TABLE) -> Mapping[str, SourceColumn]:
    """The table's columns by name, in its order, without those that Muster computed; empty without the table."""
    table = Table.objects.filter(name__iexact=table_name).first()
    columns = Column.objects.filter(table=table, companion_of="") if table else []
    return {column.name: _source(column) for column in columns}


def _source(column: Column) -> SourceColumn:
    return SourceColumn(
        name=column.name,
        kind=KINDS.get(column.data_type, FieldKind.TEXT),
        is_pii=column.is_pii,
        not_for_activation=column.not_for_activation,
    )
