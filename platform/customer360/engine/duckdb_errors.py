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
)
"""The beginning or fixed part of the driver's messages, and what people are told."""

_MISFIT = "A value does not fit the type that the query turns it into."
_INVALID = (
    "A part of the query has no meaning: look at its regular expressions, the numbers that its functions get, and "
    "its windows."
)


def translated(error: duckdb.Error) -> EngineError:
    """The engine's error for the driver's; interruptions are reported by the interrupting code."""
    match error:
        case duckdb.OutOfMemoryException():
            return EngineMemoryError("The query needs more memory than it may use. Make it read less.")
        case duckdb.PermissionException():
            return EngineRefusedError("The query reaches for something outside its tables.")
        case duckdb.BinderException() | duckdb.CatalogException() | duckdb.ParserException():
            return EngineQueryError(_first_line(error))
        case duckdb.DataError():
            return EngineQueryError(_told(error) or _MISFIT)
        case duckdb.InvalidInputException() | duckdb.SyntaxException():
            return EngineQueryError(_told(error) or _INVALID)
    told = _told(error)
    return EngineQueryError(told) if told else EngineError(f"The engine failed ({type(error).__name__}).")


def _told(error: duckdb.Error) -> str:
    said = _first_line(error)
    return next((told for known, told in _KNOWN if said.startswith(known)), "")


def _first_line(error: duckdb.Error) -> str:
    """The first line of the driver's message, without the statement's text, which may contain literals."""
    return str(error).split("\n", 1)[0].partition("Error: ")[2]
