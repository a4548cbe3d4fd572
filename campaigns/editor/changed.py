from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaigns.editor.content import Content


class Show(StrEnum):
    """Which parts of the page have to be rendered again; never a field that a person is typing into."""

    NOTHING = "nothing"
    PART = "part"
    PARTS = "parts"
    TIMING = "timing"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Changed:
    """The campaign after a change. Changes to the same `place` by two people are a conflict."""

    content: Content
    place: str
    words: str
    show: Show = Show.NOTHING
    part: int | None = None


def part_place(part_id: int) -> str:
    return f"part:{part_id}"
