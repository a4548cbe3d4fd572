"""What a value was computed from, and hence whether it shows personal data.

A value is personal data when any column it derives from is: through expressions, conditions, windows and
sub-queries. There is one exception: a plain COUNT of a column, distinct or not, tells how many values there are
but reveals none. It stays personal when an expression is counted, because
`count(CASE WHEN email = 'ann@example.com' THEN 1 END)` answers a question about one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from customer360.engine.interface import DataType
from customer360.sql.shapes import ColumnShape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from customer360.sql.shapes import TableShape


@dataclass(frozen=True, slots=True)
class Source:
    """A column of one of the tenant's tables."""

    table: str
    name: str
    column: ColumnShape


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a value comes from.

    `sources` are all columns it derives from; `personal` are those whose personal data it can show, and the
    personal data that decided which rows a table has (see `rows_of`). `copied` is the single column whose values
    it repeats unchanged; `semantic` is what such a copy still means. `repeated` are all columns whose values may
    appear in it: several for a column of a UNION.
    """

    sources: frozenset[Source] = frozenset()
    personal: frozenset[Source] = frozenset()
    copied: Source | None = None
    semantic: str = ""
    repeated: frozenset[Source] = frozenset()

    @property
    def is_pii(self) -> bool:
        return bool(self.personal)

    @property
    def not_for_activation(self) -> bool:
        return any(source.column.not_for_activation for source in self.sources)

    def counted(self) -> Lineage:
        """The lineage of a count of these values."""
        return Lineage(self.sources, frozenset() if self.copied else self.personal)


NOTHING = Lineage()
"""The lineage of a constant."""


def read_from(table: str, column: ColumnShape) -> Lineage:
    """The lineage of a column in its table."""
    source = Source(table, column.name, column)
    sources = frozenset({source})
    return Lineage(sources, sources if column.is_pii else frozenset(), source, column.semantic, sources)


def rows_of(table: TableShape) -> Lineage:
    """The lineage of which rows a table has: personal if personal data decides the query that built it."""
    if not table.decided_by_pii:
        return NOTHING
    return Lineage(personal=frozenset({Source(table.name, "*", ColumnShape("*", DataType.OTHER))}))


def computed(parts: Iterable[Lineage]) -> Lineage:
    """The lineage of a value computed from all of these."""
    parts = tuple(parts)
    return Lineage(
        frozenset().union(*(part.sources for part in parts)),
        frozenset().union(*(part.personal for part in parts)),
    )


def either(parts: Iterable[Lineage]) -> Lineage:
    """The lineage of a value that is one of these, unchanged: a column of a UNION."""
    return reduce(_either, parts)


def _either(one: Lineage, other: Lineage) -> Lineage:
    return Lineage(
        one.sources | other.sources,
        one.personal | other.personal,
        one.copied if one.copied == other.copied else None,
        one.semantic if one.semantic == other.semantic else "",
        one.repeated | other.repeated,
    )
