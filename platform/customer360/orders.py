"""The meanings a table needs so that purchases and revenue can be computed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.engine.interface import DataType
from customer360.semantics import Semantic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from customer360.models import Column


def time_column(columns: Iterable[Column]) -> str | None:
    """The column that says when a row happened: the one marked so, or the only one with times."""
    columns = list(columns)
    marked = [column.name for column in columns if column.semantic == Semantic.ORDER_TIME]
    times = [column.name for column in columns if column.data_type is DataType.DATETIME]
    return next(iter(marked), times[0] if len(times) == 1 else None)


def missing_meanings(columns: Iterable[Column]) -> list[str]:
    """The meanings, in words, whose absence keeps anything from being computed from a table of orders."""
    columns = list(columns)
    said = {column.semantic for column in columns}
    if time_column(columns):
        said.add(Semantic.ORDER_TIME)
    needed = (Semantic.CUSTOMER_KEY, Semantic.ORDER_TIME, Semantic.ORDER_VALUE)
    return [str(each.label) for each in needed if each not in said]
