"""Checks what a person wrote: a single SELECT over one tenant's tables, made of known parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from customer360.sql import grammar, growth, moments, output_types, size
from customer360.sql.context import Context
from customer360.sql.faults import Faults
from customer360.sql.queries import bind_query
from customer360.sql.reading import read
from customer360.sql.scopes import Scope, refuse_unresolved

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from sqlglot import exp

    from customer360.engine.interface import DataType
    from customer360.sql.lineage import Lineage
    from customer360.sql.shapes import TableShape


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of a query's result: its name, its type and its lineage.

    The type is `DataType.OTHER` when only the engine can tell; even then a number is known to be one.
    """

    name: str
    type: DataType
    is_number: bool
    lineage: Lineage

    @property
    def is_pii(self) -> bool:
        return self.lineage.is_pii

    @property
    def semantic(self) -> str:
        return self.lineage.semantic

    @property
    def not_for_activation(self) -> bool:
        return self.lineage.not_for_activation

    @property
    def sources(self) -> frozenset[tuple[str, str]]:
        """The columns it derives from, as names of table and column."""
        return frozenset((source.table, source.name) for source in self.lineage.sources)


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """A query that may run. What runs is `query`, regenerated from the checked tree, never the text.

    `chosen_by` is the lineage of what decides which rows there are: conditions, joins, groups. `uses_personal`
    says that personal data is compared, computed with or selected by anywhere: values in the text may then be
    personal as well.
    """

    query: exp.Query
    columns: tuple[OutputColumn, ...]
    chosen_by: Lineage
    tables: frozenset[str]
    notes: tuple[str, ...]
    uses_personal: bool

    def at(self, moment: datetime, zone: tzinfo) -> exp.Query:
        """The query as of one moment: CURRENT_DATE and CURRENT_TIMESTAMP refer to that moment, in this zone."""
        return moments.pinned(self.query, moment, zone)


def checked(text: str, tables: Mapping[str, TableShape], *, restricted_pii: bool = False) -> CheckedQuery:
    """The query in the text; raises `QueryRefusedError` with every problem found.

    `restricted_pii` is for people who may not see personal data: columns that show it may appear in the result,
    where they are redacted, but may not decide anything.
    """
    faults = Faults(text)
    reading = read(text, faults)
    size.check(reading.query, faults)
    grammar.check(reading.query, faults)
    context = Context({name.lower(): table for name, table in tables.items()}, faults, restricted_pii, bind_query)
    relation = bind_query(reading.query, Scope(context, None, {}))
    faults.raise_if_any()
    refuse_unresolved(reading.query, faults)
    size.check(reading.query, faults)
    growth.check(reading.query, faults)
    types = output_types.types_of(reading.query, tables)
    columns = tuple(
        OutputColumn(column.name, kind.type, kind.is_number, column.lineage)
        for column, kind in zip(relation.columns, types, strict=True)
    )
    notes = (*reading.notes, *dict.fromkeys(context.notes))
    read_tables = frozenset(context.tables_read)
    return CheckedQuery(
        reading.query, columns, relation.influences, read_tables, notes, uses_personal=context.uses_personal
    )
