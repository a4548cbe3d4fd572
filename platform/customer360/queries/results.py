"""The result of a run: the first rows for the page, all kept rows for a file, redacted where necessary."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone

from customer360 import storage
from customer360.cells import Cell
from customer360.engine.interface import NUMBERS, PII_METADATA, DataType
from customer360.errors import QueryRefusedError
from customer360.queries.models import QueryRun
from customer360.redaction import REDACTED
from customer360.runs.files import rows_of, written_rows
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from accounts.access import Access

SHOWN_ROWS = 100
MOST_ROWS = 1_000_000
"""The number of rows kept of a result: as many as a spreadsheet opens."""


KINDS: tuple[tuple[Callable[[pa.DataType], bool], DataType], ...] = (
    (pa.types.is_integer, DataType.INTEGER),
    (pa.types.is_decimal, DataType.DECIMAL),
    (pa.types.is_floating, DataType.FLOAT),
    (pa.types.is_boolean, DataType.BOOLEAN),
    (pa.types.is_date, DataType.DATE),
    (pa.types.is_timestamp, DataType.DATETIME),
)


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of a result; `is_hidden` if this person may not see its values."""

    name: str
    type: DataType
    is_pii: bool
    is_hidden: bool

    @property
    def is_number(self) -> bool:
        return self.type in NUMBERS


class Result:
    """The rows of a completed run, as one person may see them.

    `is_withheld` if personal data decides which rows there are, so that this person may not see any.
    """

    def __init__(self, run: QueryRun, access: Access) -> None:
        self._run = run
        self._path = storage.path_of(run.result)
        self.is_kept = bool(run.result) and self._path.exists()
        self.is_withheld = False
        self._zone = timezone.get_current_timezone()  # a file is streamed when the tenant is no longer active
        self._is_restricted = access.restricted_pii
        self._personal: frozenset[str] = frozenset()
        if self._is_restricted:
            self._restrict()

    def _restrict(self) -> None:
        try:
            read = checked(self._run.sql, current_shapes(), restricted_pii=True)
        except QueryRefusedError:
            self.is_withheld = True
            return
        self.is_withheld = self._run.is_personal
        self._personal = frozenset(column.name for column in read.columns if column.is_pii)

    @cached_property
    def columns(self) -> tuple[ShownColumn, ...]:
        """A column without its own mark counts as personal data."""
        schema = pq.read_schema(self._path)
        marks = json.loads((schema.metadata or {}).get(PII_METADATA.encode(), json.dumps(schema.names)))
        personal = self._personal.union(marks)
        return tuple(
            ShownColumn(
                field.name,
                _kind(field.type),
                field.name in personal,
                self._is_restricted and field.name in personal,
            )
            for field in schema
        )

    @property
    def is_redacted(self) -> bool:
        return any(column.is_hidden for column in self.columns)

    def first_rows(self) -> list[list[Cell]]:
        hidden = [column.is_hidden for column in self.columns]
        return [
            [Cell(REDACTED) if hide else Cell.of(value) for value, hide in zip(row, hidden, strict=True)]
            for row in islice(rows_of(self._path, at_once=SHOWN_ROWS), SHOWN_ROWS)
        ]

    def all_rows(self) -> Iterator[list[str]]:
        """Every row as written to a file; reads the result while streaming."""
        hidden = {column.name for column in self.columns if column.is_hidden}
        return islice(written_rows(self._path, self._zone, hidden=hidden), MOST_ROWS)


def _kind(type_: pa.DataType) -> DataType:
    return next((kind for fits, kind in KINDS if fits(type_)), DataType.STRING)


def remove_result(name: str) -> None:
    storage.path_of(name).unlink(missing_ok=True)


def remove_old_results(before: datetime) -> None:
    """Removes results of runs started before; keeps the record of each query's latest run, deletes the others."""
    old = QueryRun.objects.filter(created_at__lt=before)
    for name in old.exclude(result="").values_list("result", flat=True):
        remove_result(name)
    storage.remove_results(older_than=before.timestamp())  # left by killed workers
    old.update(result="")
    latest = QueryRun.objects.last_ones().exclude(query=None)
    old.exclude(pk__in=latest.values("pk")).delete()
