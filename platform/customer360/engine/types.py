"""How the engine's types are written in an expression."""

from __future__ import annotations

from sqlglot import exp

from customer360.engine.interface import DataType, ResultColumn

_SAID = {
    DataType.STRING: "text",
    DataType.INTEGER: "bigint",
    DataType.DECIMAL: "decimal(18, 4)",
    DataType.FLOAT: "double",
    DataType.BOOLEAN: "boolean",
    DataType.DATE: "date",
    DataType.DATETIME: "timestamptz",
}


def sql_type(kind: DataType) -> exp.DataType:
    """The type to cast to; raises KeyError for OTHER, to which nothing can be cast."""
    return exp.DataType.build(_SAID[kind], dialect="duckdb")


def null_of(kind: DataType) -> exp.Expr:
    """A NULL of this type."""
    return exp.cast(exp.null(), sql_type(kind))


def as_stored(column: ResultColumn) -> exp.Expr:
    """The column of a result in a form that a file stores unchanged.

    Files have no integers of more than 64 bits, as sums are: those would come back rounded.
    """
    value: exp.Expr = exp.column(column.name, quoted=True)
    if column.type is DataType.INTEGER:
        value = exp.cast(value, sql_type(column.type))
    elif column.type is DataType.OTHER:
        value = exp.cast(value, sql_type(DataType.STRING))
    return exp.alias_(value, column.name, quoted=True)


def try_cast(value: exp.Expr, kind: DataType) -> exp.Expr:
    """The value as this type, or NULL where it does not fit."""
    return exp.TryCast(this=value.copy(), to=sql_type(kind))
