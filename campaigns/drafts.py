"""A campaign as someone wants it: values that the editor makes and the services write."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from campaigns.audience.assignment import WHOLE
from campaigns.errors import CampaignDraftError, Problem
from campaigns.naming import MOST_OF_A_NAME, MOST_OF_A_TREATMENT, too_long

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from campaigns.attributes import Attribute
    from destinations.models import DataTemplate
    from destinations.schedules.recurrence import Schedule
    from segments.models import Segment

MOST_SEGMENTS = 10
MOST_SUB_AUDIENCES = 60
REMAINING = "All remaining recipients"
DEFAULT_CONTROL = Decimal(10)


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """`id` is that of the group it changes; None or negative for a new one.

    `attributes` are those sent to each data template, by its id; one not listed keeps its own or gets defaults.
    """

    name: str
    percent: Decimal
    is_control: bool = False
    data_templates: tuple[DataTemplate, ...] = ()
    id: int | None = None
    attributes: Mapping[int, tuple[Attribute, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubAudienceDraft:
    """Defined by a segment or by rules; one with neither takes all who remain, and comes last."""

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
    """Without a schedule it is sent as soon as someone says so."""

    name: str
    include: tuple[Segment, ...]
    exclude: tuple[Segment, ...]
    sub_audiences: tuple[SubAudienceDraft, ...]
    launch_date: date | None = None
    first_match_only: bool = True
    schedule: Schedule | None = None

    @property
    def groups(self) -> list[GroupDraft]:
        return [group for sub_audience in self.sub_audiences for group in sub_audience.groups]


def check(draft: CampaignDraft) -> None:
    """Raises CampaignDraftError with everything that is wrong; segments and destinations may be missing."""
    found = list(problems(draft))
    if found:
        raise CampaignDraftError(found)


def problems(draft: CampaignDraft) -> Iterator[Problem]:
    yield from _campaign_problems(draft)
    yield from _segment_problems(draft)
    yield from _order_problems(draft)
    names = Counter(group.name.casefold() for group in draft.groups if not group.is_control)
    for part in draft.sub_audiences:
        yield from _part_problems(part)
        for group in part.groups:
            yield from (Problem(field, message, part.id) for field, message in _group_problems(group, names))


def _campaign_problems(draft: CampaignDraft) -> Iterator[Problem]:
    if not draft.name:
        yield Problem("name", "Give the campaign a name.")
    if problem := too_long(draft.name, MOST_OF_A_NAME):
        yield Problem("name", problem)
    if not draft.sub_audiences:
        yield Problem("sub_audiences", "Add a sub-audience, or all remaining recipients.")
    if len(draft.sub_audiences) > MOST_SUB_AUDIENCES:
        yield Problem("sub_audiences", f"A campaign has at most {MOST_SUB_AUDIENCES} sub-audiences.")


def _segment_problems(draft: CampaignDraft) -> Iterator[Problem]:
    for field_name, segments in (("include", draft.include), ("exclude", draft.exclude)):
        if len(segments) > MOST_SEGMENTS:
            yield Problem(field_name, f"Choose at most {MOST_SEGMENTS} segments.")
    for segment in set(draft.include) & set(draft.exclude):
        yield Problem("exclude", f"“{segment}” is included as well. Take it out of one of the two.")


def _order_problems(draft: CampaignDraft) -> Iterator[Problem]:
    for part in draft.sub_audiences[:-1]:
        if part.is_remaining:
            yield Problem("sub_audiences", f"“{part.name}” comes last.", part.id)


def _part_problems(part: SubAudienceDraft) -> Iterator[Problem]:
    if not part.name:
        yield Problem("sub_audience_name", "Give the sub-audience a name.", part.id)
    if problem := too_long(part.name, MOST_OF_A_NAME):
        yield Problem("sub_audience_name", problem, part.id)
    total = sum((group.percent for group in part.groups), Decimal(0))
    if total != WHOLE:
        words = f"The split of “{part.name}” adds up to {total:f} %, not to 100 %: {_difference(total)}."
        yield Problem("split", words, part.id)
    if sum(group.is_control for group in part.groups) > 1:
        yield Problem("split", f"“{part.name}” has two control groups. Keep one.", part.id)


def _difference(total: Decimal) -> str:
    missing = WHOLE - total
    return f"{missing:f} % are missing" if missing > 0 else f"{-missing:f} % are too many"


def _group_problems(group: GroupDraft, names: Counter[str]) -> Iterator[tuple[str, str]]:
    if not group.name:
        yield "treatment_name", "Give the treatment a name: it is part of what the list is called."
    if problem := too_long(group.name, MOST_OF_A_TREATMENT):
        yield "treatment_name", problem
    if group.name.startswith("_"):
        yield (
            "treatment_name",
            f"“{group.name}” can't start with _: such names are kept for Muster's own use. Take the _ away.",
        )
    if not group.is_control and names[group.name.casefold()] > 1:
        yield "treatment_name", f"Two treatments are called “{group.name}”. Each needs a name of its own."
    if group.is_control and group.data_templates:
        yield "split", "A control group is never sent, so it has no destination."
