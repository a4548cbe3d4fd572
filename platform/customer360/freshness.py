"""How old the data of each table is, and whether something prevents newer data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from customer360.models import Import, Table
from runtime import clock

if TYPE_CHECKING:
    from datetime import datetime

SOON = timedelta(minutes=15)
"""An import that waits longer than this waits for a worker that is down."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """`problem` says why the data is not newer: the last import failed, or its inputs are newer than the build."""

    table: Table
    rows: int
    data_of: datetime
    problem: str = ""


def tables() -> list[Freshness]:
    """Tables that people fill or build, oldest data first."""
    found = Table.objects.with_data().filter(kept_by_muster=False).select_related("current_version", "built_from")
    current = {table.pk: table.current_version_id for table in Table.objects.with_data()}
    return sorted((_freshness(table, current) for table in found), key=lambda each: each.data_of)


def stuck_imports() -> list[Import]:
    return list(Import.objects.filter(status=Import.Status.WAITING, created_at__lt=clock.now() - SOON))


def _freshness(table: Table, current: dict[int, int | None]) -> Freshness:
    version = table.current_version
    assert version is not None  # noqa: S101  the table has data
    return Freshness(table, version.row_count, version.data_of, _problem(table, set(current.values())))


def _problem(table: Table, current: set[int | None]) -> str:
    version = table.current_version
    if table.was_not_built:
        return "the last build failed"
    if table.built_from and version and not set(version.inputs.values()) <= current:
        return "older than what it is built from"
    last: Import | None = table.imports.first()
    return "the last import failed" if last and last.status == Import.Status.FAILED else ""
