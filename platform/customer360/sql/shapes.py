"""What checking needs to know about a table: columns, types and marks. No rows, no database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from customer360.engine.interface import DataType


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column as the tenant's operators described it; a column no one described is personal data."""

    name: str
    type: DataType
    is_pii: bool = True
    semantic: str = ""
    not_for_activation: bool = False


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table that queries may name; the columns by name, in order.

    `decided_by_pii`: personal data decides which rows it has.
    """

    name: str
    columns: Mapping[str, ColumnShape]
    decided_by_pii: bool = False
