"""Changes to sub-audiences and their order. “All remaining recipients” always comes last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.audience.assignment import WHOLE
from campaigns.drafts import DEFAULT_CONTROL, MOST_SUB_AUDIENCES, REMAINING
from campaigns.editor.changed import Changed, Show, part_place
from campaigns.editor.content import Group, Part, plain
from campaigns.editor.errors import ChangeRefusedError
from campaigns.editor.posted import found
from campaigns.naming import MOST_OF_A_NAME, copy_name, fitting, free_name
from segments.rules import Rules

if TYPE_CHECKING:
    from campaigns.editor.content import Content
    from campaigns.editor.posted import Posted

CONTROL = "Control"
ORDER = "order"
NO_CRITERIA = Rules().model_dump(mode="json")


def add(content: Content, posted: Posted) -> Changed:
    """Adds one by a saved segment, with a treatment that goes where the last one goes, and a control group."""
    segment = posted.number("segment")
    name = posted.segment_name(segment)
    part = Part(id=content.free_id, name=fitting(name), segment=segment, groups=_usual_groups(content, name))
    return _added(content, part, f"Added the sub-audience “{name}”")


def add_by_criteria(content: Content, posted: Posted) -> Changed:
    """Adds one without criteria: it can't be saved before it has some."""
    name = free_name("New sub-audience", _names(content), most=MOST_OF_A_NAME)
    part = Part(id=content.free_id, name=name, rules=NO_CRITERIA, groups=_usual_groups(content, name))
    return _added(content, part, f"Added the sub-audience “{name}”")


def add_remaining(content: Content, posted: Posted) -> Changed:
    if content.remaining:
        raise ChangeRefusedError(f"“{REMAINING}” has already been added.")
    groups = _usual_groups(content, "Everyone else" if content.parts else "Treatment")
    part = Part(id=content.free_id, name=REMAINING, is_remaining=True, groups=groups)
    return _added(content, part, f"Added “{REMAINING}”")


def copy(content: Content, posted: Posted) -> Changed:
    original = found(content.part(posted.number("part")))
    if original.is_remaining:
        raise ChangeRefusedError(f"There can only be one “{REMAINING}”.")
    names, free = content.treatment_names, content.free_id - 1
    groups = []
    for place, group in enumerate(original.groups):
        name = group.name if group.is_control else free_name(group.name, names)
        names.add(name.casefold())
        groups.append(group.model_copy(update={"id": free - place, "name": name}))
    name = copy_name(original.name, _names(content))
    part = original.model_copy(update={"id": content.free_id, "name": name, "groups": tuple(groups)})
    return _added(content, part, f"Copied the sub-audience “{original.name}”", after=original)


def remove(content: Content, posted: Posted) -> Changed:
    gone = found(content.part(posted.number("part")))
    left = tuple(part for part in content.parts if part.id != gone.id)
    return Changed(
        content.having(parts=left), part_place(gone.id), f"Removed the sub-audience “{gone.name}”", Show.PARTS
    )


def rename(content: Content, posted: Posted) -> Changed:
    part, name = found(content.part(posted.number("part"))), posted.text("value")
    changed = content.with_part(part.id, lambda part: part.model_copy(update={"name": name}))
    words = f"Sub-audience “{part.name}” is now called “{name}”"
    return Changed(changed, part_place(part.id), words, part=part.id)


def decide_by_segment(content: Content, posted: Posted) -> Changed:
    """Sets another segment; a sub-audience that had the old one's name gets the new one's."""
    part, segment = found(content.part(posted.number("part"))), posted.number("segment")
    name = posted.segment_name(segment)
    was = fitting(posted.choices.segment_name(part.segment)) if part.segment else ""
    aside = part.rules if part.rules is not None else part.rules_aside
    called = fitting(name) if part.name in {was, ""} else part.name
    values = {"segment": segment, "rules": None, "rules_aside": aside, "name": called}
    changed = content.with_part(part.id, lambda part: part.model_copy(update=values))
    words = f"Sub-audience “{part.name}”: customers of “{name}”"
    return Changed(changed, part_place(part.id), words, Show.PART, part.id)


def reorder(content: Content, posted: Posted) -> Changed:
    """Sets the posted order; those it does not name follow in their old order, and all remaining come last."""
    places = {part_id: place for place, part_id in enumerate(posted.numbers("value"))}
    last = len(content.parts)
    parts = sorted(content.parts, key=lambda part: (part.is_remaining, places.get(part.id, last)))
    words = "Order: " + ", ".join(f"“{part.name}”" for part in parts)
    return Changed(content.having(parts=tuple(parts)), ORDER, words)


def _added(content: Content, part: Part, words: str, after: Part | None = None) -> Changed:
    if len(content.parts) >= MOST_SUB_AUDIENCES:
        raise ChangeRefusedError(f"A campaign has at most {MOST_SUB_AUDIENCES} sub-audiences.")
    parts = list(content.parts)
    place = parts.index(after) + 1 if after else len(parts)
    parts.insert(place, part)
    parts.sort(key=lambda each: each.is_remaining)
    return Changed(content.having(parts=tuple(parts)), part_place(part.id), words, Show.PARTS, part.id)


def _names(content: Content) -> set[str]:
    return {part.name.casefold() for part in content.parts}


def _usual_groups(content: Content, name: str) -> tuple[Group, ...]:
    """A treatment with 90 % and a control group with 10 %."""
    free, earlier = content.free_id - 1, [part.treatments[0] for part in content.parts if part.treatments]
    treatment = Group(
        id=free,
        name=free_name(name, content.treatment_names),
        percent=plain(WHOLE - DEFAULT_CONTROL),
        destinations=earlier[-1].destinations if earlier else (),
    )
    return treatment, Group(id=free - 1, name=CONTROL, percent=plain(DEFAULT_CONTROL), is_control=True)
