"""The counted customers of each sub-audience and group, for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaigns.counting import Summary
    from campaigns.editor.screen import PartRow, Screen


@dataclass(frozen=True, slots=True)
class GroupSize:
    id: int
    colour: str
    customers: int
    is_empty: bool


@dataclass(frozen=True, slots=True)
class PartSize:
    part: int
    groups: tuple[GroupSize, ...]

    @property
    def customers(self) -> int:
        return sum(group.customers for group in self.groups)

    @property
    def is_empty(self) -> bool:
        return all(group.is_empty for group in self.groups)


def sizes_of(screen: Screen, summary: Summary) -> list[PartSize]:
    """Of an audience without customers nothing is said to be empty: that is known already."""
    return [_part(row, summary) for row in screen.parts]


def _part(row: PartRow, summary: Summary) -> PartSize:
    return PartSize(row.part.id, tuple(_group(each.group.id, each.colour, summary) for each in row.rows))


def _group(group_id: int, colour: str, summary: Summary) -> GroupSize:
    customers = summary.counts.sizes.get(group_id, 0)
    return GroupSize(group_id, colour, customers, is_empty=not customers and summary.counts.total > 0)
