"""A campaign being edited: one document, which may be unfinished or wrong and is saved as it is."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from campaigns.attributes import Attribute
from campaigns.audience.assignment import WHOLE
from campaigns.criteria import readable
from destinations.schedules.recurrence import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from segments.rules import Rules

PERCENTAGE = re.compile(r"[0-9]{1,3}([.,][0-9]{0,2})?")
"""As people write one, and nothing else that Python reads as a number: 1e-9999 would be written out in full."""


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Assigned(_Document):
    """A destination of a group, by its data template, and the attributes it is sent."""

    template: int
    attributes: tuple[Attribute, ...]


class Group(_Document):
    """`percent` is what was typed; the id is negative while the group is not saved."""

    id: int
    name: str
    percent: str
    is_control: bool = False
    destinations: tuple[Assigned, ...] = ()

    @property
    def share(self) -> Decimal | None:
        """None while what was typed is not a percentage with at most two decimals."""
        if not PERCENTAGE.fullmatch(self.percent):
            return None
        share = Decimal(self.percent.replace(",", "."))
        return share if share <= WHOLE else None

    @property
    def templates(self) -> tuple[int, ...]:
        return tuple(assigned.template for assigned in self.destinations)


class Part(_Document):
    """A sub-audience: by a segment, by criteria of its own, or all who remain."""

    id: int
    name: str
    groups: tuple[Group, ...]
    is_remaining: bool = False
    segment: int | None = None
    rules: dict[str, Any] | None = None
    rules_aside: dict[str, Any] | None = None  # its criteria, kept while a segment decides

    @property
    def criteria(self) -> Rules | None:
        """None when it has none of its own, or they can't be read."""
        return None if self.rules is None else readable(self.rules)

    @property
    def is_unreadable(self) -> bool:
        return self.rules is not None and self.criteria is None

    @property
    def control(self) -> Group | None:
        return next((group for group in self.groups if group.is_control), None)

    @property
    def treatments(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if not group.is_control)


class Timing(_Document):
    """`schedule` is saved; `answers` are the form's values as typed, while they don't make a schedule."""

    is_recurring: bool = False
    at_once: bool = True
    schedule: Schedule | None = None
    answers: dict[str, list[str]] = {}


class Content(_Document):
    name: str
    include: tuple[int, ...] = ()
    exclude: tuple[int, ...] = ()
    first_match_only: bool = True
    parts: tuple[Part, ...] = ()
    timing: Timing = Timing()
    launch_date: str = ""
    spent: int = 0

    @property
    def groups(self) -> Iterator[Group]:
        return (group for part in self.parts for group in part.groups)

    @property
    def segments(self) -> set[int]:
        """Ids of all segments used, including those in criteria."""
        parts = {part.segment for part in self.parts if part.segment}
        own = (part.criteria.segments for part in self.parts if part.criteria)
        return {*self.include, *self.exclude, *parts}.union(*own)

    @property
    def treatment_names(self) -> set[str]:
        """The names already taken, casefolded: treatment names are unique within a campaign."""
        return {group.name.casefold() for group in self.groups if not group.is_control}

    @property
    def remaining(self) -> Part | None:
        return next((part for part in self.parts if part.is_remaining), None)

    @property
    def free_id(self) -> int:
        """An id for something new: lower than any in use, and than those `spent` before the last save."""
        used = [part.id for part in self.parts] + [group.id for group in self.groups]
        return min([self.spent, *used]) - 1

    def part(self, part_id: int) -> Part | None:
        return next((part for part in self.parts if part.id == part_id), None)

    def with_part(self, part_id: int, change: Callable[[Part], Part]) -> Content:
        parts = tuple(change(part) if part.id == part_id else part for part in self.parts)
        return self.model_copy(update={"parts": parts})

    def having(self, **changed: object) -> Content:
        return self.model_copy(update=changed)


def plain(share: Decimal) -> str:
    """A share without trailing zeros: 10, 12.5."""
    text = f"{share:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
