"""Local times as moments: each happens exactly once, even when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

RESOLUTION = timedelta(seconds=1)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) of a local time without zone.

    A time that the clocks skip becomes the first moment after the gap; one that occurs twice, its first
    occurrence. Later local times never give earlier moments.
    """
    before = _utc(local, zone, fold=0)
    after = _utc(local, zone, fold=1)
    if after >= before:  # almost always equal; later when the time occurs twice
        return before
    return _first_after_gap(after, before, zone)


def _utc(local: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _first_after_gap(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """When the offset changes between two moments, to the second."""
    old = early.astimezone(zone).utcoffset()
    while late - early > RESOLUTION:
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            early = middle
        else:
            late = middle
    return late
