"""What uses a segment: the apps above register here when they start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from customer360.usage import Use

if TYPE_CHECKING:
    from accounts.access import Access
    from segments.models import Segment

SegmentUsers = Callable[[Collection[int], "Access | None"], Mapping[int, Iterable[Use]]]

_users: list[SegmentUsers] = []


def register(find: SegmentUsers) -> None:
    """`find` returns what uses the segments with these ids, by id, in the active tenant.

    It returns what a person with the access may know, and everything when there is none.
    """
    _users.append(find)


def uses_of(segment: Segment, access: Access | None = None) -> list[Use]:
    return uses_of_each([segment.pk], access)[segment.pk]


def uses_of_each(segments: Collection[int], access: Access | None = None) -> dict[int, list[Use]]:
    """The uses of each of the segments, in as many queries as for one."""
    found = [find(segments, access) for find in _users]
    return {pk: [use for uses in found for use in uses.get(pk, ())] for pk in segments}
