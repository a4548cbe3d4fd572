"""Who uses a segment: the apps above say it here when they start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from customer360.usage import Use

if TYPE_CHECKING:
    from segments.models import Segment

SegmentUsers = Callable[["Segment"], Iterable[Use]]

_users: list[SegmentUsers] = []


def register(find: SegmentUsers) -> None:
    """`find` answers who uses a segment, in the active tenant."""
    _users.append(find)


def uses_of(segment: Segment) -> list[Use]:
    return [use for find in _users for use in find(segment)]
