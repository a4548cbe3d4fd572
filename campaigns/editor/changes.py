"""All changes that the editor can make: each a function from the present content and what was posted to the new
content. None of them requires it to be complete: the page says what is missing, and saving demands it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from campaigns.drafts import MOST_SEGMENTS
from campaigns.editor import criteria, group_changes, part_changes
from campaigns.editor.changed import Changed, Show
from campaigns.editor.content import Timing
from campaigns.editor.errors import ChangeRefusedError
from campaigns.editor.posted import MOST_TYPED, plain
from destinations.schedules.forms import PREFIX, ScheduleForm
from destinations.schedules.recurrence import Kind, Schedule
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campaigns.editor.content import Content
    from campaigns.editor.posted import Posted

REPEATING = (Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY, Kind.QUARTERLY)


@dataclass(frozen=True, slots=True)
class Change:
    """`changes_numbers`: whether the numbers, or the picture of how they flow, have to be rendered again."""

    make: Callable[[Content, Posted], Changed]
    changes_numbers: bool = False


def rename(content: Content, posted: Posted) -> Changed:
    name = posted.text("value")
    return Changed(content.having(name=name), "name", f"Name: “{name}”")


def include(content: Content, posted: Posted) -> Changed:
    chosen = _segments(posted)
    return Changed(content.having(include=chosen), "audience", f"Include: {_named(posted, chosen)}")


def exclude(content: Content, posted: Posted) -> Changed:
    chosen = _segments(posted)
    return Changed(content.having(exclude=chosen), "audience", f"Exclude: {_named(posted, chosen)}")


def first_match(content: Content, posted: Posted) -> Changed:
    is_on = posted.flag("value")
    words = f"Assign to first match only: {'on' if is_on else 'off'}"
    return Changed(content.having(first_match_only=is_on), "matching", words)


def launch_date(content: Content, posted: Posted) -> Changed:
    day = posted.text("value")
    return Changed(content.having(launch_date=day), "launch", f"Campaign launch date: {day or 'none'}")


def campaign_type(content: Content, posted: Posted) -> Changed:
    """A recurring campaign starts out as daily from tomorrow: what the form then shows is what is saved."""
    is_recurring = posted.text("value") == "recurring"
    usual = _from_tomorrow(Kind.DAILY, posted) if is_recurring else None
    timing = Timing(is_recurring=is_recurring, at_once=not is_recurring, schedule=usual)
    words = f"Campaign type: {'Recurring' if is_recurring else 'One-time'}"
    return Changed(content.having(timing=timing), "timing", words, show=Show.TIMING)


def deliver(content: Content, posted: Posted) -> Changed:
    at_once = posted.text("value") != "at"
    timing = Timing(at_once=at_once, schedule=None if at_once else _from_tomorrow(Kind.ONCE, posted))
    words = f"Deliver: {'as soon as possible' if at_once else 'at a time'}"
    return Changed(content.having(timing=timing), "timing", words, show=Show.TIMING)


def schedule(content: Content, posted: Posted) -> Changed:
    answers = {
        name: [plain(value)[:MOST_TYPED] for value in values]
        for name, values in posted.values.lists()
        if name.removeprefix(f"{PREFIX}-") in ScheduleForm.base_fields
    }
    timing = content.timing
    form = ScheduleForm(posted.values, zone=posted.zone, stored=timing.schedule, kinds=kinds_of(timing))
    valid = form.is_valid()
    kept = {"schedule": form.schedule(), "answers": {}} if valid else {"schedule": None, "answers": answers}
    return Changed(content.having(timing=timing.model_copy(update=kept)), "timing", "When it is sent")


def kinds_of(timing: Timing) -> tuple[Kind, ...]:
    return REPEATING if timing.is_recurring else (Kind.ONCE,)


def _from_tomorrow(kind: Kind, posted: Posted) -> Schedule:
    tomorrow = clock.today(posted.zone) + timedelta(days=1)
    return Schedule(kind=kind, zone=posted.zone.key, starts_on=tomorrow, not_before=clock.now())


def _segments(posted: Posted) -> tuple[int, ...]:
    chosen = posted.numbers("value")
    if not posted.choices.segments.keys() >= set(chosen):
        raise ChangeRefusedError("This segment is gone. Choose another one.")
    if len(chosen) > MOST_SEGMENTS:
        raise ChangeRefusedError(f"Choose at most {MOST_SEGMENTS} segments. The last one was not added.")
    return tuple(chosen)


def _named(posted: Posted, segments: tuple[int, ...]) -> str:
    return ", ".join(f"“{posted.choices.segment_name(each)}”" for each in segments) or "nobody"


CHANGES: Mapping[str, Change] = {
    "name": Change(rename),
    "include": Change(include, changes_numbers=True),
    "exclude": Change(exclude, changes_numbers=True),
    "first_match": Change(first_match, changes_numbers=True),
    "launch_date": Change(launch_date),
    "campaign_type": Change(campaign_type),
    "deliver": Change(deliver),
    "schedule": Change(schedule),
    "add_part": Change(part_changes.add, changes_numbers=True),
    "add_by_criteria": Change(part_changes.add_by_criteria, changes_numbers=True),
    "add_remaining": Change(part_changes.add_remaining, changes_numbers=True),
    "copy_part": Change(part_changes.copy, changes_numbers=True),
    "remove_part": Change(part_changes.remove, changes_numbers=True),
    "part_name": Change(part_changes.rename, changes_numbers=True),
    "part_segment": Change(part_changes.decide_by_segment, changes_numbers=True),
    "part_criteria": Change(criteria.decide_by_criteria, changes_numbers=True),
    "order": Change(part_changes.reorder, changes_numbers=True),
    "add_group": Change(group_changes.add, changes_numbers=True),
    "add_control": Change(group_changes.add_control, changes_numbers=True),
    "remove_group": Change(group_changes.remove, changes_numbers=True),
    "group_name": Change(group_changes.rename, changes_numbers=True),
    "percent": Change(group_changes.set_percent, changes_numbers=True),
    "split_evenly": Change(group_changes.split_evenly, changes_numbers=True),
    "assign": Change(group_changes.assign, changes_numbers=True),
    "withdraw": Change(group_changes.withdraw, changes_numbers=True),
    "assign_everywhere": Change(group_changes.assign_everywhere, changes_numbers=True),
    "attributes": Change(group_changes.set_attributes),
}
