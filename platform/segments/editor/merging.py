"""Two people's changes to the same rules: merged where they touch different parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segments.compiler import PARTS
from segments.errors import PartGoneError

if TYPE_CHECKING:
    from segments.editor.changes import Change
    from segments.rules import Rules

Facts = Mapping[str, object]


def facts(rules: Rules) -> dict[str, object]:
    """What each piece itself says, by id: how a part or section joins, what a condition asks."""
    groups = {part: getattr(rules, part) for part in PARTS}
    sections = {section.id: section for group in groups.values() for section in group.sections}
    conditions = {each.id: each for section in sections.values() for each in section.conditions}
    return {part: group.join for part, group in groups.items()} | {
        **{name: section.join for name, section in sections.items()},
        **conditions,
    }


def contents(rules: Rules) -> dict[str, tuple[str, ...]]:
    """The ids of what each part and section holds, in order."""
    groups = {part: getattr(rules, part) for part in PARTS}
    sections = {section.id: section for group in groups.values() for section in group.sections}
    return {part: tuple(section.id for section in group.sections) for part, group in groups.items()} | {
        name: tuple(each.id for each in section.conditions) for name, section in sections.items()
    }


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    """The keys whose values differ, or that only one of the two has."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@dataclass(frozen=True, slots=True)
class CollisionError(Exception):
    """Both people changed the same piece, or one removed what the other changed."""

    pieces: frozenset[str]


def merged(base: Rules, current: Rules, change: Change) -> Rules:
    """`current` with the change, meant for `base`. Raises CollisionError where both changed the same piece."""
    mine = change(base)
    before = facts(base)
    touched = changed(before, facts(mine)) & changed(before, facts(current))
    disputed = frozenset(piece for piece in touched if facts(mine).get(piece) != facts(current).get(piece))
    if disputed:
        raise CollisionError(disputed)
    try:
        return change(current)
    except PartGoneError:
        raise CollisionError(frozenset()) from None
