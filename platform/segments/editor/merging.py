"""Two people's changes of the same rules: brought together where they touch different parts."""

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
    """What each piece says on its own, by id: how a part or section joins, what a condition asks."""
    groups = {part: getattr(rules, part) for part in PARTS}
    sections = {section.id: section for group in groups.values() for section in group.sections}
    conditions = {each.id: each for section in sections.values() for each in section.conditions}
    return {part: group.join for part, group in groups.items()} | {
        **{name: section.join for name, section in sections.items()},
        **conditions,
    }


def contents(rules: Rules) -> dict[str, tuple[str, ...]]:
    """The ids of what stands in each part and section, in order."""
    groups = {part: getattr(rules, part) for part in PARTS}
    sections = {section.id: section for group in groups.values() for section in group.sections}
    return {part: tuple(section.id for section in group.sections) for part, group in groups.items()} | {
        name: tuple(each.id for each in section.conditions) for name, section in sections.items()
    }


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    """Names whose values differ, or that only one of the two has."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@dataclass(frozen=True, slots=True)
class CollisionError(Exception):
    """Both have changed the same piece, or one has removed what the other has changed."""

    pieces: frozenset[str]


def merged(base: Rules, current: Rules, change: Change) -> Rules:
    """The change, meant for `base`, made to `current`. Raises CollisionError where both change the same piece."""
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
