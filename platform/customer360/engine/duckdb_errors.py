"""Translates DuckDB's errors into the engine's. The driver's messages quote data values: none is passed on."""

from __future__ import annotations

import duckdb

from customer360.engine.errors import EngineError, EngineMemoryError, EngineQueryError, EngineRefusedError

_KNOWN = (
    ("Division by zero", "The query divides by zero. Write nullif(…, 0) around what it divides by."),
    (
        "More than one row returned by a subquery",
        "A sub-query that stands for one value gives several rows. Use IN, an aggregate, or LIMIT 1.",
    ),
    (
        "Could not parse string",
        "A text does not have the form that the query reads dates in. Leave such rows out with WHERE.",
    ),
    ("Failed to parse format specifier", "The form of a date has a letter after % that has no meaning there."),
    ("Unknown TimeZone", "There is no such time zone. Write one as in 'Europe/Berlin'."),
    ("extract specifier", "There is no such part of a date. Use year, quarter, month, week, day, hour or minute."),
    ("Overflow in", "A number becomes too large. Turn it into a DOUBLE first."),
    ("Invalid escape string", "After ESCAPE stands one sign."),
    ("Like pattern must not end", "A pattern of LIKE can't end with the sign that ESCAPE names."),
    ("Insufficient padding", "The text that others are padded with is empty. Write at least one sign."),
    ("Invalid UTF8 Codepoint", "There is no sign with one of the numbers that the query turns into signs."),
    ("Window ", "A number of rows before or after the current one is not valid: it can't be negative."),
    ("Invalid RANGE", "A distance before or after the current row is not valid: it can't be negative."),
    ("Argument for ntile", "ntile divides rows into at least one part. Write a number above zero."),
)
"""The beginning or fixed part of the driver's messages, and what people are told."""

_OF_A_PATTERN = (
    "missing )",
    "missing ]",
    "unexpected )",
    "trailing \\",
    "no argument for repetition operator",
    "bad repetition operator",
    "invalid repetition size",
    "invalid character class",
    "invalid escape sequence",
    "invalid perl operator",
    "invalid named capture group",
    "pattern too large",
    "Unrecognized Regex option",
    "Group index must be",
)
"""What the driver says about regular expressions, some of which only the data tells."""

_OF_A_FILE = (
    "Failed to read file",
    "No magic bytes found",
    "Parquet metadata is corrupt",
    "Could not read enough bytes",
    "Invalid string encoding found in Parquet",
    "TProtocolException",
    "don't know what type",
    "invalid TType",
    "Out of buffer",
    "Footer length error",
    "File '",
    "Parquet file is likely corrupted",
)
"""What the driver says about damaged files. No query can mend them."""

_PATTERN = "A regular expression is not valid. Look at its brackets, its repetitions and its options."
_DAMAGED = "A file of the data can't be read: it is damaged."
_MISFIT = "A value does not fit the type that the query turns it into."


def translated(error: duckdb.Error) -> EngineError:
    """The engine's error for the driver's; interruptions are reported by the interrupting code."""
    said = _first_line(error)
    if said.startswith(_OF_A_FILE):
        return EngineError(_DAMAGED)
    match error:
        case duckdb.OutOfMemoryException():
            return EngineMemoryError("The query needs more memory than it may use. Make it read less.")
        case duckdb.PermissionException():
            return EngineRefusedError("The query reaches for something outside its tables.")
        case duckdb.BinderException() | duckdb.CatalogException() | duckdb.ParserException():
            return EngineQueryError(said)
        case duckdb.DataError():
            return EngineQueryError(_told(said) or _MISFIT)
    told = _told(said)
    return EngineQueryError(told) if told else EngineError(f"The engine failed ({type(error).__name__}).")


def _told(said: str) -> str:
    if said.startswith(_OF_A_PATTERN):
        return _PATTERN
    return next((told for known, told in _KNOWN if said.startswith(known)), "")


def _first_line(error: duckdb.Error) -> str:
    """The first line of the driver's message, without the statement's text, which may contain literals."""
    line = str(error).split("\n", 1)[0]
    return line.partition(" Error: ")[2] or line
