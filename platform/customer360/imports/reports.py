"""The report of rejected rows, for pages and downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from customer360 import storage
from customer360.imports.rejects import REASONS, Reject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from customer360.models import Import

HEADER = ("line", "column", "reason")
BATCH_ROWS = 5_000


def report_path(import_: Import) -> Path | None:
    """The report of an import that left rows out, while it is kept."""
    path = storage.path_of(import_.rejects) if import_.rejects else None
    return path if path is not None and path.is_file() else None


def rejects(path: Path, *, first: int = 0, most: int | None = None) -> Iterator[Reject]:
    """The rejects in file order, at most `most` from number `first` on."""
    number = 0
    rows = BATCH_ROWS if most is None else min(BATCH_ROWS, first + most)
    for batch in pq.ParquetFile(path).iter_batches(max(rows, 1)):
        for row in batch.to_pylist():
            if most is not None and number >= first + most:
                return
            if number >= first:
                yield Reject(row["line"], row["column"], row["reason"])
            number += 1


def count(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def in_words(reject: Reject) -> str:
    return REASONS.get(reject.reason, reject.reason)
