"""Times that came and started nothing, as they were written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery

from destinations.schedules.models import Occurrence

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSED = Q(started=False) | Q(passed_over__gt=0)
LATEST = 10


def last_missed(kind: str) -> Subquery:
    """Of each row of this kind: the latest time at which something was left out or late, or NULL."""
    missed = Occurrence.objects.filter(MISSED, kind=kind, owner_id=OuterRef("pk"))
    return Subquery(missed.values("due_at")[:1])


def missed_times(kind: str, owner_id: int) -> Iterator[tuple[Occurrence, str]]:
    """The latest ones, each with what became of it, in words."""
    for occurrence in Occurrence.objects.filter(MISSED, kind=kind, owner_id=owner_id)[:LATEST]:
        yield occurrence, _told(occurrence)


def _told(occurrence: Occurrence) -> str:
    earlier = occurrence.passed_over
    times = f"{earlier} earlier {'time' if earlier == 1 else 'times'}"
    if occurrence.started:
        return f"run late, once for this and {times}"
    return f"left out, with {times}" if earlier else "left out"
