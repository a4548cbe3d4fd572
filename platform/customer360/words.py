"""The words for column types, on every page."""

from __future__ import annotations

from customer360.engine.interface import DataType

TYPES: dict[DataType, str] = {
    DataType.STRING: "Text",
    DataType.INTEGER: "Whole number",
    DataType.DECIMAL: "Number",
    DataType.FLOAT: "Approximate number",
    DataType.BOOLEAN: "Yes or no",
    DataType.DATE: "Date",
    DataType.DATETIME: "Date and time",
    DataType.OTHER: "Other",
}


def word_of(kind: str) -> str:
    """The word for a type as stored in a column."""
    return TYPES[DataType(kind)]
