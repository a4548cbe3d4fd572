"""Starts what is due, in every tenant: a single job of beat, safe to run twice at once and to kill.

Apps register their due work in `ready()`: `register(schedules(...))` for rows with a schedule,
`register(Work(...))` for anything else found by querying rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from django.db import connection, transaction

from destinations.schedules.models import Occurrence, Scheduled
from destinations.schedules.operations import due_function
from destinations.schedules.recurrence import CatchUp
from runtime import clock
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from accounts.access import Access
    from destinations.schedules.recurrence import Schedule

GRACE = timedelta(minutes=10)
"""A time claimed later than this was missed: `CatchUp` decides what becomes of it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """`find` returns (tenant id, row id) across all tenants; `take` handles one in its tenant's scope.

    Two processes may find the same row: `take` lets only one handle it.
    """

    name: str
    find: Callable[[], Iterable[tuple[int, int]]]
    take: Callable[[int], None]
    model: type[Scheduled] | None = None


_works: dict[str, Work] = {}


def register(work: Work) -> None:
    _works[work.name] = work


class OnOccurrence(Protocol):
    """Called exactly once for each time, in the transaction that claims it; an exception undoes the claim."""

    def __call__(self, pk: int, occurrence: Occurrence, /) -> None: ...


def _in_silence(_pk: int, _occurrence: Occurrence) -> None:
    """Tells no one."""


def schedules(
    kind: str, model: type[Scheduled], start: OnOccurrence, leave_out: OnOccurrence = _in_silence
) -> Work:
    """The rows of a Scheduled model: each due time starts something, or is skipped by the catch-up rule."""
    due = due_function(model._meta.db_table)
    return Work(
        kind, find=lambda: find_due(due), take=lambda pk: take(kind, model, pk, start, leave_out), model=model
    )


def dispatch_due() -> None:
    """A row that fails is logged and does not affect the others; the next beat retries it."""
    for work in _works.values():
        for tenant_id, row_id in work.find():
            try:
                with tenant_scope(tenant_id):
                    work.take(row_id)
            except Exception:
                log.exception("could not start what is due", work=work.name, row_id=row_id, tenant_id=tenant_id)


def overdue(access: Access) -> Iterator[Scheduled]:
    """What this person may see that was due a while ago and has not started; found without beat's help. Each
    Scheduled model's manager must have `visible_to`.
    """
    late = clock.now() - GRACE
    for model in (work.model for work in _works.values() if work.model):
        rows: Any = model._default_manager
        yield from rows.visible_to(access).filter(next_run_at__lt=late).order_by("next_run_at")


def find_due(function: str) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.callproc(function, [clock.now()])
        return [(tenant_id, row_id) for tenant_id, row_id in cursor.fetchall()]


@transaction.atomic
def take(
    kind: str, model: type[Scheduled], pk: int, start: OnOccurrence, leave_out: OnOccurrence = _in_silence
) -> None:
    """Claims the latest due time, records it, and starts it unless the schedule says to wait."""
    now = clock.now()
    row = _lock_due(model, pk, now)
    if row is None:
        return
    planned: Schedule = row.schedule
    first = row.next_run_at
    assert first is not None  # noqa: S101  the row is due
    latest = planned.latest(since=first, until=now)
    is_missed = now - latest > GRACE and planned.catch_up is CatchUp.SKIP
    occurrence, is_new = Occurrence.objects.get_or_create(
        kind=kind,
        owner_id=pk,
        due_at=latest,
        defaults={
            "started": not is_missed,
            "passed_over": planned.count(since=first, until=latest),
            "taken_at": now,
        },
    )
    row.next_run_at = planned.next_after(now)
    row.save(update_fields=["next_run_at"])
    if is_new:
        then = start if occurrence.started else leave_out
        then(pk, occurrence)


def _lock_due(model: type[Scheduled], pk: int, now: datetime) -> Scheduled | None:
    due = model._default_manager.select_for_update(skip_locked=True)
    return due.filter(pk=pk, next_run_at__lte=now, schedule__isnull=False).first()
