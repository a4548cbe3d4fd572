"""Who uses a segment: the apps above say it here when they start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from customer360.usage import Use

if TYPE_CHECKING:
    from accounts.access import Access
    from segments.models import Segment

SegmentUsers = Callable[["Segment", "Access"], Iterable[Use]]

_users: list[SegmentUsers] = []


def register(find: SegmentUsers) -> None:
    """`find` answers who uses a segment, in the active tenant, as far as a person with this access may know."""
    _users.append(find)


def uses_of(segment: Segment, access: Access) -> list[Use]:
    return [use for find in _users for use in find(segment, access)]
