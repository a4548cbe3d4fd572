"""Functions of the current time, so that a query on the same data at the same moment gives the same result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.sql.faults import in_place_of

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

_NAMES_OF_NOW = frozenset({"now", "get_current_timestamp"})


def named_alike(query: exp.Query) -> exp.Query:
    """The query with one spelling for each of these functions, and for parts of dates."""
    for function in list(query.find_all(exp.Anonymous)):
        if function.name.lower() in _NAMES_OF_NOW and not function.expressions:
            function.replace(in_place_of(function, exp.CurrentTimestamp()))
        elif function.name.lower() == "date_part" and len(function.expressions) == 2:  # noqa: PLR2004 (part and date)
            part, date = function.expressions
            extract = exp.Extract(this=exp.var(part.name.upper()), expression=date)
            function.replace(in_place_of(function, extract))
    return query


def pinned(query: exp.Query, moment: datetime, zone: tzinfo) -> exp.Query:
    """The query in which CURRENT_DATE is the moment's day in this zone, and CURRENT_TIMESTAMP the moment."""
    pinned_query = query.copy()
    for function in list(pinned_query.find_all(exp.CurrentDate, exp.CurrentTimestamp)):
        if isinstance(function, exp.CurrentDate):
            constant = exp.cast(exp.Literal.string(moment.astimezone(zone).date().isoformat()), exp.DType.DATE)
        else:
            constant = exp.cast(exp.Literal.string(moment.isoformat()), exp.DType.TIMESTAMPTZ)
        function.replace(constant)
    return pinned_query
