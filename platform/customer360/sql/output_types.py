"""The types of a query's columns, as far as they follow from the tables without asking the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.schema import MappingSchema

from customer360.engine.interface import NUMBERS, DataType
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


@dataclass(frozen=True, slots=True)
class OutputType:
    """What a column holds; `type` is `DataType.OTHER` where only the engine can tell, even for a number."""

    type: DataType
    is_number: bool


def absent(kind: DataType) -> exp.Expr:
    """NULL, of this type."""
    said = _SAID[kind]
    return exp.null() if said is exp.DType.UNKNOWN else exp.cast(exp.null(), said)


def types_of(query: exp.Query, tables: Mapping[str, TableShape]) -> list[OutputType]:
    """One for each column of the checked query."""
    described: dict[str, object] = {
        table.name: {name: exp.DataType(this=_SAID[column.type]) for name, column in table.columns.items()}
        for table in tables.values()
    }
    schema = MappingSchema(described, dialect=DIALECT, normalize=False)
    annotated = annotate_types(query.copy(), schema=schema, dialect=DIALECT)
    return [_output_type(projection.unalias()) for projection in annotated.selects]


def _output_type(value: exp.Expr) -> OutputType:
    kind = _DATA_TYPES.get(value.type.this if value.type else exp.DType.UNKNOWN, DataType.OTHER)
    if kind in _ENGINES_OWN and not isinstance(value, exp.Column | exp.Cast):
        return OutputType(DataType.OTHER, is_number=True)
    return OutputType(kind, is_number=kind in NUMBERS)


_ENGINES_OWN = frozenset({DataType.DECIMAL, DataType.FLOAT})
"""Engines differ in which of these types a division or an average gives."""

_DATA_TYPES = {
    **dict.fromkeys(exp.DataType.TEXT_TYPES, DataType.STRING),
    **dict.fromkeys(exp.DataType.INTEGER_TYPES, DataType.INTEGER),
    **dict.fromkeys((exp.DType.FLOAT, exp.DType.DOUBLE), DataType.FLOAT),
    **dict.fromkeys((exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ, exp.DType.TIMESTAMPTZ), DataType.DATETIME),
    exp.DType.DECIMAL: DataType.DECIMAL,
    exp.DType.BOOLEAN: DataType.BOOLEAN,
    exp.DType.DATE: DataType.DATE,
}
