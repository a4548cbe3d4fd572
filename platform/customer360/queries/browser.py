"""The tables and columns beside the editor: what can be read, and how it is written in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import TokenType

from customer360.models import Table
from customer360.sql.reading import DIALECT

if TYPE_CHECKING:
    from customer360.models import Column


@dataclass(frozen=True, slots=True)
class BrowsedColumn:
    """A column, and its name as SQL."""

    column: Column
    sql: str


@dataclass(frozen=True, slots=True)
class BrowsedTable:
    table: Table
    sql: str
    columns: tuple[BrowsedColumn, ...]


def tables_to_read() -> list[BrowsedTable]:
    """The tables with data, customer profiles first, without the columns that Muster adds."""
    tables = Table.objects.with_data().select_related("current_version").prefetch_related("columns")
    return [
        _browsed(table) for table in sorted(tables, key=lambda table: table.role != Table.Role.CUSTOMER_PROFILES)
    ]


def written(name: str) -> str:
    """The name as written in SQL: in quotation marks unless it is one plain word."""
    tokens = Dialect.get_or_raise(DIALECT).tokenize(name) if '"' not in name and "'" not in name else []
    is_plain = len(tokens) == 1 and tokens[0].token_type is TokenType.VAR and tokens[0].text == name
    return name if is_plain else '"{}"'.format(name.replace('"', '""'))


def _browsed(table: Table) -> BrowsedTable:
    columns = [column for column in table.columns.all() if not column.companion_of]
    return BrowsedTable(
        table, written(table.name), tuple(BrowsedColumn(column, written(column.name)) for column in columns)
    )
