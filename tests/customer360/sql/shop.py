"""The tables of the queries in these tests: a small shop's."""

from __future__ import annotations

from customer360.engine import DataType
from customer360.sql.shapes import ColumnShape, TableShape


def table(name: str, *columns: ColumnShape) -> TableShape:
    return TableShape(name, {column.name: column for column in columns})


def plain(name: str, kind: DataType = DataType.STRING, semantic: str = "") -> ColumnShape:
    return ColumnShape(name, kind, is_pii=False, semantic=semantic)


def personal(name: str, kind: DataType = DataType.STRING, semantic: str = "") -> ColumnShape:
    return ColumnShape(name, kind, is_pii=True, semantic=semantic)


TABLES = {
    shape.name: shape
    for shape in (
        table(
            "Customer360",
            plain("amperity_id", semantic="pk"),
            personal("email", semantic="email"),
            personal("given_name", semantic="given-name"),
            plain("country", semantic="country"),
            plain("value", DataType.DECIMAL),
            plain("last_order", DataType.DATETIME),
            ColumnShape("diagnosis", DataType.STRING, is_pii=False, not_for_activation=True),
        ),
        table(
            "Orders",
            plain("order_id", semantic="order-id"),
            plain("amperity_id", semantic="customer-key"),
            plain("ordered_at", DataType.DATETIME, semantic="order-datetime"),
            plain("amount", DataType.DECIMAL, semantic="order-value"),
            plain("units", DataType.INTEGER),
            personal("ship_to", semantic="address"),
        ),
        table("My Table", plain("id", DataType.INTEGER), plain("Mixed Case"), personal("note")),
    )
}
