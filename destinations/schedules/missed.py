"""Due times that started nothing, as recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery

from destinations.schedules.models import Occurrence

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSED = Q(started=False) | Q(passed_over__gt=0)
LATEST = 10


def last_missed(kind: str) -> Subquery:
    """For each row of this kind: the latest time that was skipped or late, or NULL."""
    missed = Occurrence.objects.filter(MISSED, kind=kind, owner_id=OuterRef("pk"))
    return Subquery(missed.values("due_at")[:1])


def missed_times(kind: str, owner_id: int) -> Iterator[tuple[Occurrence, str]]:
    """The latest missed times, each with what became of it, in words."""
    for occurrence in Occurrence.objects.filter(MISSED, kind=kind, owner_id=owner_id)[:LATEST]:
        yield occurrence, _told(occurrence)


def _told(occurrence: Occurrence) -> str:
    earlier = occurrence.passed_over
    times = f"{earlier} earlier {'time' if earlier == 1 else 'times'}"
    if occurrence.started:
        return f"run late, once for this and {times}"
    return f"left out, with {times}" if earlier else "left out"
