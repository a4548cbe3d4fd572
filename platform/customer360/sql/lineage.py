"""What a value was computed from, and so whether it shows personal data.

A value is personal data when any column it derives from is: through expressions, conditions, windows and
sub-queries. There is one way out: a plain COUNT of a column, distinct or not, says how many values there are and
none of them. It stays personal when what is counted is an expression, because
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

    `sources` are all columns it derives from, `personal` those of them whose personal data it can show, and what
    personal data has decided which rows a table has (see `rows_of`). `copied` is the one column whose values it
    repeats as they are; `semantic` is what such a copy still means. `repeated` are all columns whose values may
    stand in it: several where it is a column of a UNION.
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
        """The lineage of the number of these values."""
        return Lineage(self.sources, frozenset() if self.copied else self.personal)


NOTHING = Lineage()
"""The lineage of a constant."""


def read_from(table: str, column: ColumnShape) -> Lineage:
    """The lineage of a column as it stands in its table."""
    source = Source(table, column.name, column)
    sources = frozenset({source})
    return Lineage(sources, sources if column.is_pii else frozenset(), source, column.semantic, sources)


def rows_of(table: TableShape) -> Lineage:
    """The lineage of which rows a table has: personal where a query built it that personal data decides."""
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
