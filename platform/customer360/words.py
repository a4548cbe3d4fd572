"""What people read for the types that columns have, on every page."""

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
    """The word for a type, as a column keeps it."""
    return TYPES[DataType(kind)]
