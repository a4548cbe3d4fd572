"""What a run found: the first rows for the page, all that is kept for a file, redacted for who may not see it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from django.utils import timezone

from customer360 import storage
from customer360.cells import Cell, in_a_file
from customer360.engine.interface import PII_METADATA
from customer360.errors import QueryRefusedError
from customer360.queries.models import QueryRun
from customer360.redaction import REDACTED
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from accounts.access import Access

SHOWN_ROWS = 100
MOST_ROWS = 1_000_000
"""So many rows of a result are kept: as many as a spreadsheet opens."""

BATCH = 10_000
IN_A_FILE = "redacted"


@dataclass(frozen=True, slots=True)
class ShownColumn:
    name: str
    is_hidden: bool


class Result:
    """The rows of a run that has completed, as one person may see them.

    `is_withheld`: personal data decides which rows there are, so that this person may not see any.
    """

    def __init__(self, run: QueryRun, access: Access) -> None:
        self._run = run
        self._path = storage.path_of(run.result)
        self.is_kept = bool(run.result) and self._path.exists()
        self.is_withheld = False
        self._zone = timezone.get_current_timezone()  # a file is sent when no tenant is active any more
        self._is_restricted = access.restricted_pii
        self._hidden: frozenset[str] = frozenset()
        if self._is_restricted:
            self._restrict()

    def _restrict(self) -> None:
        try:
            read = checked(self._run.sql, current_shapes(), restricted_pii=True)
        except QueryRefusedError:
            self.is_withheld = True
            return
        self._hidden = frozenset(column.name for column in read.columns if column.is_pii)

    @cached_property
    def columns(self) -> tuple[ShownColumn, ...]:
        """A column without a mark of its own counts as personal data."""
        schema = pq.read_schema(self._path)
        marks = json.loads((schema.metadata or {}).get(PII_METADATA.encode(), json.dumps(schema.names)))
        hidden = self._hidden.union(marks) if self._is_restricted else self._hidden
        return tuple(ShownColumn(name, name in hidden) for name in schema.names)

    @property
    def is_redacted(self) -> bool:
        return any(column.is_hidden for column in self.columns)

    def first_rows(self) -> list[list[Cell]]:
        hidden = [column.is_hidden for column in self.columns]
        return [
            [Cell(REDACTED) if hide else Cell.of(value) for value, hide in zip(row, hidden, strict=True)]
            for row in islice(self._rows(SHOWN_ROWS), SHOWN_ROWS)
        ]

    def all_rows(self) -> Iterator[list[str]]:
        """Every row as a file has it; reads the result while it is sent."""
        columns = self.columns
        for row in islice(self._rows(BATCH), MOST_ROWS):
            yield [
                IN_A_FILE if column.is_hidden else in_a_file(value, self._zone)
                for column, value in zip(columns, row, strict=True)
            ]

    def _rows(self, at_once: int) -> Iterator[Sequence[object]]:
        for batch in pq.ParquetFile(self._path).iter_batches(batch_size=at_once):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def remove_result(name: str) -> None:
    storage.path_of(name).unlink(missing_ok=True)


def remove_old_results(before: datetime) -> None:
    """Results of runs that ended before; the latest run of each query stays known, the others go."""
    old = QueryRun.objects.filter(created_at__lt=before)
    for pk, name in old.exclude(result="").values_list("pk", "result"):
        remove_result(name)
        QueryRun.objects.filter(pk=pk).update(result="")
    latest = QueryRun.objects.last_ones().exclude(query=None)
    old.exclude(pk__in=latest.values("pk")).delete()
