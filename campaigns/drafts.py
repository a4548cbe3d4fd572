"""A campaign as somebody wants it: values that the editor makes and the services write."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from campaigns.assignment import WHOLE
from campaigns.errors import CampaignDraftError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from destinations.models import DataTemplate
    from segments.models import Segment

MOST_SEGMENTS = 10
MOST_SUB_AUDIENCES = 60
REMAINING = "All remaining recipients"


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """`id` is that of the group it changes; None for a new one."""

    name: str
    percent: Decimal
    is_control: bool = False
    data_templates: tuple[DataTemplate, ...] = ()
    id: int | None = None


@dataclass(frozen=True, slots=True)
class SubAudienceDraft:
    """Decided by a segment or by rules; by neither it is all that remains, and comes last."""

    groups: tuple[GroupDraft, ...]
    name: str = REMAINING
    segment: Segment | None = None
    rules: dict[str, Any] | None = None
    id: int | None = None

    @property
    def is_remaining(self) -> bool:
        return self.segment is None and self.rules is None


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    name: str
    include: tuple[Segment, ...]
    exclude: tuple[Segment, ...]
    sub_audiences: tuple[SubAudienceDraft, ...]
    launch_date: date | None = None
    first_match_only: bool = True

    @property
    def groups(self) -> list[GroupDraft]:
        return [group for sub_audience in self.sub_audiences for group in sub_audience.groups]


def check(draft: CampaignDraft) -> None:
    """Raises CampaignDraftError with all that is wrong; a draft without segments or destinations is fine."""
    problems = [*_segment_problems(draft), *_sub_audience_problems(draft), *_group_problems(draft)]
    if problems:
        raise CampaignDraftError(problems)


def _segment_problems(draft: CampaignDraft) -> Iterator[Problem]:
    for field, segments in (("include", draft.include), ("exclude", draft.exclude)):
        if len(segments) > MOST_SEGMENTS:
            yield Problem(field, f"Choose at most {MOST_SEGMENTS} segments.")
    for segment in set(draft.include) & set(draft.exclude):
        yield Problem("exclude", f"“{segment}” is included as well. Take it out of one of the two.")


def _sub_audience_problems(draft: CampaignDraft) -> Iterator[Problem]:
    if len(draft.sub_audiences) > MOST_SUB_AUDIENCES:
        yield Problem("sub_audiences", f"A campaign has at most {MOST_SUB_AUDIENCES} sub-audiences.")
    for sub_audience in draft.sub_audiences[:-1]:
        if sub_audience.is_remaining:
            yield Problem("sub_audiences", f"“{sub_audience.name}” comes last.")
    for sub_audience in draft.sub_audiences:
        total = sum((group.percent for group in sub_audience.groups), Decimal(0))
        if total != WHOLE:
            yield Problem("split", f"The split of “{sub_audience.name}” adds up to {total:f} %, not to 100 %.")
        if sum(group.is_control for group in sub_audience.groups) > 1:
            yield Problem("split", f"“{sub_audience.name}” has two control groups. Keep one.")


def _group_problems(draft: CampaignDraft) -> Iterator[Problem]:
    names = Counter(group.name.casefold() for group in draft.groups if not group.is_control)
    for group in draft.groups:
        if group.name.startswith("_"):
            yield Problem(
                "treatment_name", "A treatment name can't start with _: such names are kept for Muster's own use."
            )
        if not group.is_control and names[group.name.casefold()] > 1:
            yield Problem(
                "treatment_name", f"Two treatments are called “{group.name}”. Names differ in a campaign."
            )
        if group.is_control and group.data_templates:
            yield Problem("split", "A control group is never sent, so it has no destination.")
