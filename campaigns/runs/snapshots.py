"""A campaign as it was when a run started, kept with the run so that later edits do not change its history."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from campaigns.criteria import read
from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
from segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from campaigns.models import CampaignRun
    from segments.rules import Rules


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Group(_Kept):
    id: int
    name: str
    percent: Decimal
    is_control: bool

    def draft(self) -> GroupDraft:
        return GroupDraft(name=self.name, percent=self.percent, is_control=self.is_control, id=self.id)


class _Part(_Kept):
    id: int
    name: str
    segment: int | None
    rules: dict[str, Any] | None
    groups: tuple[_Group, ...]

    @classmethod
    def of(cls, part: SubAudienceDraft) -> Self:
        groups = tuple(
            _Group(id=group.id or 0, name=group.name, percent=group.percent, is_control=group.is_control)
            for group in part.groups
        )
        segment = part.segment.pk if part.segment else None
        return cls(id=part.id or 0, name=part.name, segment=segment, rules=part.rules, groups=groups)

    def draft(self, segments: Mapping[int, Segment]) -> SubAudienceDraft:
        return SubAudienceDraft(
            id=self.id,
            name=self.name,
            segment=segments[self.segment] if self.segment else None,
            rules=self.rules,
            groups=tuple(group.draft() for group in self.groups),
        )


class Plan(_Kept):
    """What `CampaignRun.plan` holds: everything that decides who is in which group."""

    name: str
    include: tuple[int, ...]
    exclude: tuple[int, ...]
    first_match_only: bool
    parts: tuple[_Part, ...]


def plan_of(draft: CampaignDraft) -> dict[str, Any]:
    """The plan of a saved campaign's draft, as JSON."""
    plan = Plan(
        name=draft.name,
        include=tuple(segment.pk for segment in draft.include),
        exclude=tuple(segment.pk for segment in draft.exclude),
        first_match_only=draft.first_match_only,
        parts=tuple(map(_Part.of, draft.sub_audiences)),
    )
    return plan.model_dump(mode="json")


def criteria_of_run(run: CampaignRun) -> Iterator[Rules]:
    """The criteria of sub-audiences without a segment. Raises UnreadableRulesError."""
    for part in Plan.model_validate(run.plan).parts:
        if part.rules is not None:
            yield read(part.rules, part.name)


def draft_of_run(run: CampaignRun) -> CampaignDraft:
    """The campaign as the run sent it, without destinations: these are in the run's deliveries."""
    plan = Plan.model_validate(run.plan)
    named = {*plan.include, *plan.exclude, *(part.segment for part in plan.parts if part.segment)}
    segments = Segment.objects.in_bulk(named)
    return CampaignDraft(
        name=plan.name,
        include=tuple(segments[pk] for pk in plan.include),
        exclude=tuple(segments[pk] for pk in plan.exclude),
        sub_audiences=tuple(part.draft(segments) for part in plan.parts),
        first_match_only=plan.first_match_only,
    )
