"""The rows of a kept result, as a page or a file shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from customer360.cells import in_a_file, values_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import tzinfo
    from pathlib import Path

BATCH = 10_000
IN_A_FILE = "redacted"
"""What a file shows in place of a hidden value."""


def rows_of(path: Path, *, at_once: int = BATCH) -> Iterator[Sequence[object]]:
    """Every row, `at_once` of them in memory at a time."""
    for batch in pq.ParquetFile(path).iter_batches(batch_size=at_once):
        yield from zip(*map(values_of, batch.columns), strict=True)


def written_rows(path: Path, zone: tzinfo, *, hidden: Collection[str] = ()) -> Iterator[list[str]]:
    """Every row as written to a file, times in this zone, without the values of hidden columns."""
    places = [name in hidden for name in pq.read_schema(path).names]
    for row in rows_of(path):
        yield [IN_A_FILE if hide else in_a_file(value, zone) for hide, value in zip(places, row, strict=True)]
