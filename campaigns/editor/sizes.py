"""The counted customers of each sub-audience and group, for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaigns.audience.counting import Summary
    from campaigns.editor.screen import PartRow, Screen


@dataclass(frozen=True, slots=True)
class GroupSize:
    id: int
    colour: str
    customers: int | None
    is_empty: bool


@dataclass(frozen=True, slots=True)
class PartSize:
    part: int
    customers: int
    groups: tuple[GroupSize, ...]

    @property
    def is_empty(self) -> bool:
        return bool(self.groups) and all(group.is_empty for group in self.groups)


def sizes_of(screen: Screen, summary: Summary) -> list[PartSize]:
    """In an audience without customers nothing is marked as empty: that would be no news."""
    return [_part(row, summary) for row in screen.parts]


def _part(row: PartRow, summary: Summary) -> PartSize:
    groups = tuple(_group(each.group.id, each.colour, row, summary) for each in row.rows)
    customers = sum(summary.counts.sizes.get(group.id, 0) for group in groups)
    return PartSize(row.part.id, customers, groups)


def _group(group_id: int, colour: str, row: PartRow, summary: Summary) -> GroupSize:
    """The size of a group is unknown while the split does not add up."""
    if not row.is_whole:
        return GroupSize(group_id, colour, None, is_empty=False)
    customers = summary.counts.sizes.get(group_id, 0)
    return GroupSize(group_id, colour, customers, is_empty=not customers and summary.counts.total > 0)
