"""Changes to rules, one at a time. Every function returns new rules; pieces are named by their ids."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from segments.compiler import PARTS
from segments.errors import PartGoneError
from segments.rules import Part, Rules, Section

if TYPE_CHECKING:
    from segments.rules import Condition, Group, Join

Change = Callable[[Rules], Rules]
Pieces = tuple[Part, ...]

GONE = "This part was removed in the meantime."


def new_id() -> str:
    return secrets.token_hex(4)


def identified(rules: Rules) -> Rules:
    """The same rules with an id for every section and condition; every call gives the same ids."""
    return rules.model_copy(update={part: _identified(getattr(rules, part), part[0]) for part in PARTS})


def _identified(group: Group, prefix: str) -> Group:
    return group.model_copy(
        update={
            "sections": tuple(
                section.model_copy(
                    update={
                        "id": section.id or f"{prefix}{at}",
                        "conditions": tuple(
                            each.model_copy(update={"id": each.id or f"{prefix}{at}-{number}"})
                            for number, each in enumerate(section.conditions)
                        ),
                    }
                )
                for at, section in enumerate(group.sections)
            )
        }
    )


def nameless(rules: Rules) -> Rules:
    """The same rules without ids: equal where they mean the same."""
    return Rules.model_validate(_unnamed(rules.model_dump()))


def _unnamed(data: object) -> object:
    if isinstance(data, Mapping):
        return {key: _unnamed(value) for key, value in data.items() if key != "id"}
    return tuple(map(_unnamed, data)) if isinstance(data, tuple) else data


def add_section(rules: Rules, part: str, section: Section) -> Rules:
    """`part` is "include" or "exclude"."""
    group = _groups(rules)[part]
    return _with_group(rules, part, group.model_copy(update={"sections": (*group.sections, section)}))


def add_condition(rules: Rules, section: str, condition: Condition) -> Rules:
    return _with_section(rules, section, lambda found: {"conditions": (*found.conditions, condition)})


def change_condition(rules: Rules, condition: Condition) -> Rules:
    """Puts the condition in place of the one with its id."""
    return _with_list(rules, condition.id, lambda pieces, at: _spliced(pieces, at, condition))


def remove(rules: Rules, piece: str) -> Rules:
    """Removes a section or a condition; a section goes with its last condition."""
    return _without_emptied(_with_list(rules, piece, _spliced), rules)


def bring_back(rules: Rules, piece: str, before: Rules) -> Rules:
    """Puts a condition of the rules `before` back into its section, or into a new section of its part.

    Raises PartGoneError when they had no such condition.
    """
    for part, group in _groups(before).items():
        for section in group.sections:
            lost = next((each for each in section.conditions if each.id == piece), None)
            if lost is not None:
                return _with_lost(rules, part, section, lost)
    raise PartGoneError(GONE)


def _with_lost(rules: Rules, part: str, section: Section, condition: Condition) -> Rules:
    if section.id in {each.id for each in _groups(rules)[part].sections}:
        return add_condition(rules, section.id, condition)
    return add_section(rules, part, section.model_copy(update={"conditions": (condition,)}))


def duplicate(rules: Rules, piece: str) -> Rules:
    """Copies a section or a condition; the copy follows it directly."""
    return _with_list(rules, piece, lambda pieces, at: _spliced(pieces, at, pieces[at], _copied(pieces[at])))


def move(rules: Rules, piece: str, step: int) -> Rules:
    """Moves a section or a condition up (-1) or down (1): past the end of its list into the next.

    Raises PartGoneError when it is not there.
    """
    lists = _lists_like(rules, piece)
    at = next(number for number, (_place, ids) in enumerate(lists) if piece in ids)
    place, ids = lists[at]
    others = [each for each in ids if each != piece]
    to = ids.index(piece) + step
    if 0 <= to <= len(others):
        return put(rules, piece, place, next(iter(others[to:]), ""))
    if not 0 <= at + step < len(lists):
        return rules
    place, ids = lists[at + step]
    return put(rules, piece, place, next(iter(ids), "") if step > 0 else "")


def put(rules: Rules, piece: str, into: str, before: str = "") -> Rules:
    """Puts a condition into the section `into` or a new section of the part `into`, or a section into that part.

    It comes before the piece `before`, or last where that is not there. Raises PartGoneError when there is no
    such piece or place.
    """
    found = _found(rules, piece)
    if into not in PARTS and isinstance(found, Section):
        raise PartGoneError(GONE)
    if into in PARTS and not isinstance(found, Section):
        found = Section(id=new_id(), conditions=(found,))
    taken = _with_list(rules, piece, _spliced)
    if into in PARTS:
        group = _groups(taken)[into]
        placed = _with_group(
            taken, into, group.model_copy(update={"sections": _inserted(group.sections, found, before)})
        )
    else:
        placed = _with_section(taken, into, lambda s: {"conditions": _inserted(s.conditions, found, before)})
    return _without_emptied(placed, rules)


def _lists_like(rules: Rules, piece: str) -> list[tuple[str, list[str]]]:
    """The lists that such a piece may be in, in order, with the ids of what they hold."""
    groups = _groups(rules)
    if isinstance(_found(rules, piece), Section):
        return [(part, [section.id for section in group.sections]) for part, group in groups.items()]
    sections = [section for group in groups.values() for section in group.sections]
    return [(section.id, [each.id for each in section.conditions]) for section in sections]


def _found(rules: Rules, piece: str) -> Part:
    sections = [section for group in _groups(rules).values() for section in group.sections]
    pieces: list[Part] = [*sections, *(each for section in sections for each in section.conditions)]
    found = next((each for each in pieces if each.id == piece), None)
    if found is None:
        raise PartGoneError(GONE)
    return found


def _inserted(pieces: Pieces, piece: Part, before: str) -> Pieces:
    at = next((number for number, each in enumerate(pieces) if each.id == before), len(pieces))
    return (*pieces[:at], piece, *pieces[at:])


def join(rules: Rules, place: str, how: Join) -> Rules:
    """Sets how the sections of a part ("include", "exclude") or the conditions of a section are joined."""
    if place in PARTS:
        return _with_group(rules, place, _groups(rules)[place].model_copy(update={"join": how}))
    return _with_section(rules, place, lambda _found: {"join": how})


def _groups(rules: Rules) -> dict[str, Group]:
    return {part: getattr(rules, part) for part in PARTS}


def _with_group(rules: Rules, part: str, group: Group) -> Rules:
    return rules.model_copy(update={part: group})


def _with_section(rules: Rules, section: str, change: Callable[[Section], Mapping[str, object]]) -> Rules:
    def changed(pieces: Pieces, at: int) -> Pieces:
        found = pieces[at]
        if not isinstance(found, Section):
            raise PartGoneError(GONE)
        return _spliced(pieces, at, found.model_copy(update=change(found)))

    return _with_list(rules, section, changed)


def _with_list(rules: Rules, piece: str, change: Callable[[Pieces, int], Pieces]) -> Rules:
    """Changes the list that holds the piece. Raises PartGoneError when none does."""
    for part, group in _groups(rules).items():
        ids = [section.id for section in group.sections]
        if piece in ids:
            return _with_group(
                rules, part, group.model_copy(update={"sections": change(group.sections, ids.index(piece))})
            )
        for at, section in enumerate(group.sections):
            inner = [condition.id for condition in section.conditions]
            if piece in inner:
                conditions = change(section.conditions, inner.index(piece))
                changed = section.model_copy(update={"conditions": conditions})
                sections = _spliced(group.sections, at, changed)
                return _with_group(rules, part, group.model_copy(update={"sections": sections}))
    raise PartGoneError(GONE)


def _spliced(pieces: Pieces, at: int, *instead: Part) -> Pieces:
    return (*pieces[:at], *instead, *pieces[at + 1 :])


def _copied(piece: Part) -> Part:
    if isinstance(piece, Section):
        conditions = tuple(map(_copied, piece.conditions))
        return piece.model_copy(update={"id": new_id(), "conditions": conditions})
    return piece.model_copy(update={"id": new_id()})


def _without_emptied(rules: Rules, before: Rules) -> Rules:
    """The rules without the sections that have lost their last condition."""
    had = {section.id for group in _groups(before).values() for section in group.sections if section.conditions}
    for part, group in _groups(rules).items():
        left = tuple(section for section in group.sections if section.conditions or section.id not in had)
        rules = _with_group(rules, part, group.model_copy(update={"sections": left}))
    return rules
