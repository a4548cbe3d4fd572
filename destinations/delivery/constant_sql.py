"""Constant queries, parsed once and filled in with values."""

from __future__ import annotations

from functools import cache

from sqlglot import exp, parse_one


def query(text: str, **values: exp.Expr) -> exp.Query:
    """The query that `text` is in DuckDB's dialect, with each `:name` replaced by the value of that name."""
    filled = exp.replace_placeholders(_parsed(text), **values)
    assert isinstance(filled, exp.Query)  # noqa: S101 - the constants are queries
    return filled


@cache
def _parsed(text: str) -> exp.Expr:
    return parse_one(text, dialect="duckdb")
