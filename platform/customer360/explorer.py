"""What people see of a table's data: facts about its columns, and its first rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.utils.text import Truncator
from sqlglot import exp

from customer360.cells import Cell, end_of_range, written
from customer360.engine.interface import NUMBERS, DataType
from customer360.interactive import open_interactive
from customer360.redaction import REDACTED
from customer360.storage import tenant_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from customer360.models import Column, Table

SAMPLE_ROWS = 20
EXAMPLE_ROWS = 200
"""The number of rows that examples are taken from."""

EXAMPLES = 3
LONGEST_EXAMPLE = 32
TABLE = "explored"
FACTS_LIVE = 7 * 24 * 3600
EXACT_ROWS, EXACT_COLUMNS = 200_000, 100
"""Up to this many rows and columns, distinct values are counted exactly; beyond, estimated within some percent."""

RANGED = NUMBERS | {DataType.DATE, DataType.DATETIME}
"""Types whose least and greatest values are meaningful."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """How full a column is, how many different values it has, and their range."""

    filled: float
    distinct: int
    is_estimate: bool
    least: str | None = None
    greatest: str | None = None


def facts(table: Table, columns: Sequence[Column]) -> dict[str, ColumnFacts]:
    """Facts by column name; a version never changes, so it is counted once. No range of personal data is read."""
    version = table.current_version
    ranged = hashlib.sha256("\n".join(column.name for column in columns if _has_range(column)).encode())
    key = f"facts-of-columns:{table.tenant_id}:{version.pk}:{ranged.hexdigest()}"
    known: dict[str, ColumnFacts] | None = cache.get(key)
    if known is None:
        known = dict(_counted(table, columns))
        cache.set(key, known, FACTS_LIVE)
    return known


def sample(table: Table, columns: Sequence[Column], *, redact: bool) -> list[list[Cell]]:
    """The first rows; with `redact`, personal data is not even read."""
    selected = [_shown(column, redact=redact) for column in columns]
    relation = table.current_version.manifest.relation(tenant_folder())
    with open_interactive({TABLE: relation}) as session:
        rows = session.rows(exp.select(*selected).from_(TABLE), limit=SAMPLE_ROWS)
    return [list(map(Cell.of, row)) for row in rows]


def examples(table: Table, columns: Sequence[Column], *, redact: bool) -> dict[str, list[str]]:
    """A few different values of each column, by its name; with `redact`, personal data is not even read."""
    shown = [column for column in columns if not (redact and column.is_pii)]
    if not shown:
        return {}
    selected = (exp.column(column.name, quoted=True) for column in shown)
    with open_interactive({TABLE: table.current_version.manifest.relation(tenant_folder())}) as session:
        rows = session.rows(exp.select(*selected).from_(TABLE), limit=EXAMPLE_ROWS)
    values = zip(*rows, strict=True) if rows else ([()] * len(shown))
    return {column.name: _different(found) for column, found in zip(shown, values, strict=True)}


def _different(values: Iterable[object]) -> list[str]:
    """The first few different values, short enough to fit side by side."""
    texts = (text.strip() for value in values if (text := written(value)) is not None)
    different = dict.fromkeys(text for text in texts if text)
    return [Truncator(text).chars(LONGEST_EXAMPLE) for text in islice(different, EXAMPLES)]


def _counted(table: Table, columns: Sequence[Column]) -> Iterator[tuple[str, ColumnFacts]]:
    is_estimate = table.current_version.row_count > EXACT_ROWS or len(columns) > EXACT_COLUMNS
    asked = (fact for column in columns for fact in _facts_of(column, is_estimate=is_estimate))
    query = exp.select(exp.Count(this=exp.Star()), *asked)
    with open_interactive({TABLE: table.current_version.manifest.relation(tenant_folder())}) as session:
        rows, *values = session.one(query.from_(TABLE))
    for column, (filled, distinct, least, greatest) in zip(columns, _in_fours(values), strict=True):
        share = int(str(filled)) / int(str(rows)) if rows else 0.0
        different = min(int(str(distinct)), int(str(filled)))  # the estimate may exceed what is possible
        yield column.name, ColumnFacts(share, different, is_estimate, end_of_range(least), end_of_range(greatest))


def _facts_of(column: Column, *, is_estimate: bool) -> Iterator[exp.Expr]:
    values = exp.column(column.name, quoted=True)
    different = exp.Distinct(expressions=[values.copy()])
    yield exp.Count(this=values)
    yield exp.ApproxDistinct(this=values.copy()) if is_estimate else exp.Count(this=different)
    yield exp.Min(this=values.copy()) if _has_range(column) else exp.null()
    yield exp.Max(this=values.copy()) if _has_range(column) else exp.null()


def _has_range(column: Column) -> bool:
    return column.data_type in RANGED and not column.is_pii


def _shown(column: Column, *, redact: bool) -> exp.Expr:
    values = exp.column(column.name, quoted=True)
    if redact and column.is_pii:
        return exp.Literal.string(REDACTED).as_(column.name, quoted=True)
    return values


def _in_fours(values: Sequence[object]) -> Iterator[tuple[object, ...]]:
    return (tuple(values[at : at + 4]) for at in range(0, len(values), 4))
