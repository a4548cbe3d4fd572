"""The differences between two states of a segment's rules, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from segments.compiler import PARTS
from segments.editor.changes import identified
from segments.rules import Join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments.rules import Condition, Rules, Section
    from segments.words import Speaker

TITLES = {"include": "Include", "exclude": "Exclude"}
JOINED = {Join.ALL: "all", Join.ANY: "any"}


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A condition, or how conditions are joined, as it was before and is after; either may be missing."""

    kind: Kind
    part: str
    before: str = ""
    after: str = ""


def differences(before: Rules, after: Rules, speaker: Speaker) -> tuple[Difference, ...]:
    """In the order of the rules; reordered conditions are no difference, as that changes nobody's membership."""
    before, after = identified(before), identified(after)
    return tuple(each for part in PARTS for each in _of_part(part, before, after, speaker))


def _of_part(part: str, before: Rules, after: Rules, speaker: Speaker) -> Iterator[Difference]:
    old, new = getattr(before, part), getattr(after, part)
    if old.join is not new.join and len(new.sections) > 1:
        yield _joined(part, "sections", old.join, new.join)
    yield from _of_sections(part, {s.id: s for s in old.sections}, {s.id: s for s in new.sections})
    yield from _of_conditions(part, _conditions(old.sections), _conditions(new.sections), speaker)


def _of_sections(part: str, old: dict[str, Section], new: dict[str, Section]) -> Iterator[Difference]:
    for name, section in new.items():
        if name in old and old[name].join is not section.join and len(section.conditions) > 1:
            yield _joined(part, "conditions of a section", old[name].join, section.join)


def _of_conditions(
    part: str, old: dict[str, Condition], new: dict[str, Condition], speaker: Speaker
) -> Iterator[Difference]:
    title = TITLES[part]
    for name, condition in new.items():
        if name not in old:
            yield Difference(Kind.ADDED, title, after=speaker.sentence(condition))
        elif old[name] != condition:
            yield Difference(Kind.CHANGED, title, speaker.sentence(old[name]), speaker.sentence(condition))
    for name, condition in old.items():
        if name not in new:
            yield Difference(Kind.REMOVED, title, before=speaker.sentence(condition))


def _conditions(sections: tuple[Section, ...]) -> dict[str, Condition]:
    return {each.id: each for section in sections for each in section.conditions}


def _joined(part: str, what: str, before: Join, after: Join) -> Difference:
    said = [f"{JOINED[join]} {what}" for join in (before, after)]
    return Difference(Kind.CHANGED, TITLES[part], *said)
