"""Custom criteria of a sub-audience: rules of its own, edited like those of a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.criteria import readable
from campaigns.editor.changed import Changed, Show, part_place
from campaigns.editor.errors import ChangeRefusedError
from campaigns.editor.posted import found
from segments.editor.changes import identified, new_id
from segments.editor.checking import problems, without
from segments.rules import Group, MembershipCondition, Rules, Section
from segments.services.drafts import MOST_CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from campaigns.audience.planning import Frame
    from campaigns.editor.content import Content, Part
    from campaigns.editor.posted import Posted
    from segments.editor.changes import Change
    from segments.words import Paragraph, Speaker

NO_SEGMENT = 0
"""The rules belong to no segment, so they may ask about every one."""


def decide_by_criteria(content: Content, posted: Posted) -> Changed:
    """Restores earlier criteria, or starts with membership of the segment that decided so far: the same customers.

    Criteria that can no longer be read start afresh.
    """
    part = found(content.part(posted.number("part")))
    if part.is_remaining:
        raise ChangeRefusedError(f"“{part.name}” has no criteria: it takes everyone the others leave.")
    if part.criteria:
        raise ChangeRefusedError(f"“{part.name}” has custom criteria already.")
    segment = part.segment if part.segment and posted.choices.active_segment(part.segment) else None
    aside = part.rules_aside if part.rules_aside and readable(part.rules_aside) else None
    rules = aside or _stored(_members_of(segment) if segment else Rules())
    values = {"segment": None, "rules": rules, "rules_aside": None}
    changed = content.with_part(part.id, lambda part: part.model_copy(update=values))
    return Changed(
        changed, part_place(part.id), f"Sub-audience “{part.name}”: custom criteria", Show.PART, part.id
    )


def with_criteria(content: Content, part_id: int, change: Change) -> Changed:
    """Makes one change to the criteria. Raises ChangeRefusedError, and whatever the change raises.

    Its words contain no values, which may be personal data.
    """
    part = found(content.part(part_id))
    if part.criteria is None:
        raise ChangeRefusedError(f"“{part.name}” has no criteria any more that can be edited.")
    rules = change(identified(part.criteria))
    if len(list(rules.conditions)) > MOST_CONDITIONS:
        raise ChangeRefusedError(f"Criteria hold at most {MOST_CONDITIONS} conditions. Save some as a segment.")
    changed = content.with_part(part.id, lambda part: part.model_copy(update={"rules": _stored(rules)}))
    words = f"Sub-audience “{part.name}”: its criteria were edited"
    return Changed(changed, part_place(part.id), words, Show.PART, part.id)


def unfinished(content: Content, frame: Frame | None) -> dict[int, int]:
    """How many conditions of each sub-audience's criteria can't be asked yet, by its id, where there are any."""
    own = {part.id: part.rules for part in content.parts if part.rules is not None}
    return {part: len(wrong) for part, wrong in wrong_in(own, frame).items() if wrong}


def missing(content: Content) -> list[Part]:
    """Sub-audiences by criteria that have none yet: they would take everybody."""
    own = ((part, part.criteria) for part in content.parts)
    return [part for part, rules in own if rules is not None and not any(rules.conditions)]


def wrong_in(stored: Mapping[int, dict[str, Any]], frame: Frame | None) -> dict[int, dict[str, str]]:
    """What is wrong with the conditions of each sub-audience's criteria that can be read, by their ids.

    Nothing is reported while the tables can't be read: the count says so.
    """
    if frame is None:
        return {}
    return {
        part: problems(identified(rules), frame.schema, frame.moment, frame.rules, segment=NO_SEGMENT)
        for part, each in stored.items()
        if (rules := readable(each))
    }


def finished(stored: Mapping[int, dict[str, Any]], frame: Frame | None) -> dict[int, dict[str, Any]]:
    """The criteria without the conditions that can't be asked yet; unreadable ones stay as they are."""
    wrong = wrong_in(stored, frame)
    return {
        part: _stored(without(identified(rules), wrong.get(part, {}))) if (rules := readable(each)) else each
        for part, each in stored.items()
    }


def in_words(rules: Rules, speaker: Speaker) -> str:
    if not any(rules.conditions):
        return ""
    included, excluded = _said(speaker.included(rules)), _said(speaker.excluded(rules))
    return f"{included or 'All customers'}{f'; but not: {excluded}' if excluded else ''}"


def _said(paragraphs: tuple[Paragraph, ...]) -> str:
    return " ".join(_paragraph(each, alone=len(paragraphs) == 1) for each in paragraphs)


def _paragraph(paragraph: Paragraph, *, alone: bool) -> str:
    words = " ".join(_words(paragraph))
    enclosed = words if alone or len(paragraph.lines) == 1 else f"({words})"
    return f"{paragraph.join} {enclosed}".strip()


def _words(paragraph: Paragraph) -> Iterator[str]:
    return (f"{line.join} {line.sentence}".strip() for line in paragraph.lines)


def _members_of(segment: int) -> Rules:
    condition = MembershipCondition(id=new_id(), segment=segment)
    return Rules(include=Group(sections=(Section(id=new_id(), conditions=(condition,)),)))


def _stored(rules: Rules) -> dict[str, Any]:
    return rules.model_dump(mode="json")
