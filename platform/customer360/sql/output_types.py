"""The types of a query's columns, as far as they follow from the tables' without asking the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.schema import MappingSchema

from customer360.engine.interface import DataType
from customer360.sql.reading import DIALECT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from customer360.sql.shapes import TableShape

_SAID = {
    DataType.STRING: exp.DType.TEXT,
    DataType.INTEGER: exp.DType.BIGINT,
    DataType.DECIMAL: exp.DType.DECIMAL,
    DataType.FLOAT: exp.DType.DOUBLE,
    DataType.BOOLEAN: exp.DType.BOOLEAN,
    DataType.DATE: exp.DType.DATE,
    DataType.DATETIME: exp.DType.TIMESTAMPTZ,
    DataType.OTHER: exp.DType.UNKNOWN,
}


def types_of(query: exp.Query, tables: Mapping[str, TableShape]) -> list[DataType]:
    """A type for each column of the checked query; `DataType.OTHER` where it can't be told."""
    described: dict[str, object] = {
        table.name: {name: exp.DataType(this=_SAID[column.type]) for name, column in table.columns.items()}
        for table in tables.values()
    }
    schema = MappingSchema(described, dialect=DIALECT, normalize=False)
    annotated = annotate_types(query.copy(), schema=schema, dialect=DIALECT)
    return [_data_type(projection.type) for projection in annotated.selects]


def _data_type(kind: exp.DataType | None) -> DataType:
    if kind is None:
        return DataType.OTHER
    said = kind.this
    if said in exp.DataType.TEXT_TYPES:
        return DataType.STRING
    if said in exp.DataType.INTEGER_TYPES:
        return DataType.INTEGER
    if said in exp.DataType.FLOAT_TYPES:
        return DataType.FLOAT
    return _OTHERS.get(said, DataType.OTHER)


_OTHERS = {
    exp.DType.DECIMAL: DataType.DECIMAL,
    exp.DType.BOOLEAN: DataType.BOOLEAN,
    exp.DType.DATE: DataType.DATE,
    exp.DType.TIMESTAMP: DataType.DATETIME,
    exp.DType.TIMESTAMPTZ: DataType.DATETIME,
}
