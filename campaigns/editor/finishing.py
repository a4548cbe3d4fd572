"""Turns the editor's document into a campaign that can be counted or saved, and says what prevents that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns import drafts
from campaigns.audience.assignment import WHOLE
from campaigns.criteria import UNREADABLE
from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
from campaigns.editor import criteria
from campaigns.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from campaigns.editor.choices import Choices
    from campaigns.editor.content import Content, Group, Part, Timing
    from segments.models import Segment


def draft_of(content: Content, choices: Choices) -> CampaignDraft:
    """Choices that no longer exist are left out, unreadable shares count as 0: `problems` says so."""
    return CampaignDraft(
        name=content.name,
        include=_segments(content.include, choices),
        exclude=_segments(content.exclude, choices),
        sub_audiences=tuple(_part(part, choices) for part in content.parts if _is_decided(part, choices)),
        launch_date=_day(content.launch_date),
        first_match_only=content.first_match_only,
        schedule=content.timing.schedule,
    )


def countable(draft: CampaignDraft, choices: Choices) -> CampaignDraft:
    """The draft without unfinished conditions; a sub-audience whose split does not add up counts as one group, its
    first."""
    stored = {part.id: part.rules for part in draft.sub_audiences if part.rules is not None and part.id}
    finished = criteria.finished(stored, choices.frame) if stored else {}
    parts = (replace(part, rules=finished.get(part.id or 0, part.rules)) for part in draft.sub_audiences)
    return replace(draft, sub_audiences=tuple(map(_countable, parts)))


def _countable(part: SubAudienceDraft) -> SubAudienceDraft:
    if sum(group.percent for group in part.groups) == WHOLE or not part.groups:
        return part
    return replace(part, groups=(replace(part.groups[0], percent=WHOLE, is_control=False),))


def problems(content: Content, choices: Choices) -> list[Problem]:
    """Why the campaign can't be saved like this; empty when it can."""
    found = [
        *_part_problems(content, choices),
        *_criteria_problems(content, choices),
        *_timing_problems(content.timing),
        *_launch_problems(content),
    ]
    bad_shares = {problem.part for problem in found if problem.field == "percent"}
    rest = drafts.problems(draft_of(content, choices))
    return found + [each for each in rest if not (each.field == "split" and each.part in bad_shares)]


def reminders(content: Content, choices: Choices) -> list[Problem]:
    """Why the campaign, which can be saved like this, could not be sent."""
    return [*_audience_reminders(content, choices), *_destination_reminders(content, choices)]


def _part_problems(content: Content, choices: Choices) -> Iterator[Problem]:
    for part in content.parts:
        if not _is_decided(part, choices):
            yield Problem("segment", f"Choose a segment for “{part.name}”: the one it had is gone.", part.id)
        for group in part.groups:
            if group.share is None:
                yield Problem(
                    "percent",
                    f"The split of “{group.name}” is a number from 0 to 100, such as 45 or 12.5.",
                    part.id,
                )


def _criteria_problems(content: Content, choices: Choices) -> Iterator[Problem]:
    if all(part.rules is None for part in content.parts):
        return
    for part in (each for each in content.parts if each.is_unreadable):
        yield Problem("criteria", UNREADABLE.format(part.name), part.id)
    for part in criteria.missing(content):
        yield Problem("criteria", f"“{part.name}” has no criteria yet. Add some, or it takes everyone.", part.id)
    for part_id, conditions in criteria.unfinished(content, choices.frame).items():
        plural = "s are" if conditions > 1 else " is"
        yield Problem("criteria", f"{conditions} condition{plural} not finished. Edit the criteria.", part_id)


def _timing_problems(timing: Timing) -> Iterator[Problem]:
    if timing.schedule is None and not timing.at_once:
        yield Problem("timing", "Choose when it is sent: the schedule is not complete yet.")


def _launch_problems(content: Content) -> Iterator[Problem]:
    if content.launch_date and _day(content.launch_date) is None:
        yield Problem("launch_date", "The campaign launch date is not a date.")


def _audience_reminders(content: Content, choices: Choices) -> Iterator[Problem]:
    if not content.include:
        yield Problem("include", "Include at least one segment.")
    used = dict.fromkeys([*content.include, *content.exclude])
    for segment_id in used:
        if choices.active_segment(segment_id) is None:
            name = choices.segment_name(segment_id)
            yield Problem(
                "include", f"The segment “{name}” is a draft. Activate it, or take it out of the campaign."
            )
    for part in content.parts:
        if part.segment and choices.active_segment(part.segment) is None:
            words = (
                f"The segment “{choices.segment_name(part.segment)}” is a draft. Activate it, or choose another."
            )
            yield Problem("segment", words, part.id)


def _destination_reminders(content: Content, choices: Choices) -> Iterator[Problem]:
    for part in content.parts:
        for group in part.treatments:
            if not group.destinations:
                yield Problem("destinations", f"No destination has been set for “{group.name}”.", part.id)
            for template in group.templates:
                if template not in choices.open_ids:
                    words = (
                        f"“{group.name}” goes to a destination which is no longer open to you. Choose another one."
                    )
                    yield Problem("destinations", words, part.id)


def _is_decided(part: Part, choices: Choices) -> bool:
    return part.is_remaining or part.rules is not None or part.segment in choices.segments


def _part(part: Part, choices: Choices) -> SubAudienceDraft:
    segment = choices.segments.get(part.segment) if part.segment else None
    groups = tuple(_group(group, choices) for group in part.groups)
    return SubAudienceDraft(groups=groups, name=part.name, segment=segment, rules=part.rules, id=part.id)


def _group(group: Group, choices: Choices) -> GroupDraft:
    assigned = [each for each in group.destinations if each.template in choices.templates]
    return GroupDraft(
        name=group.name,
        percent=group.share or Decimal(0),
        is_control=group.is_control,
        data_templates=tuple(choices.templates[each.template] for each in assigned),
        id=group.id,
        attributes={each.template: each.attributes for each in assigned},
    )


def _segments(ids: Iterable[int], choices: Choices) -> tuple[Segment, ...]:
    return tuple(choices.segments[each] for each in ids if each in choices.segments)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
