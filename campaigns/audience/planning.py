"""Turns a campaign, saved or still in the editor, into its audience as an expression."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from sqlglot import exp

from campaigns.audience import controls
from campaigns.audience.assignment import Division, Share
from campaigns.audience.expressions import Audience, Part
from campaigns.criteria import read
from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
from campaigns.models import CampaignRun, Direction
from campaigns.runs.snapshots import draft_of_run
from segments.compiler import predicate
from segments.errors import SegmentError
from segments.rules import Group, Rules, Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from campaigns.models import Campaign, SubAudience, TreatmentGroup
    from segments.comparisons import Moment
    from segments.models import Segment
    from segments.rules import Condition
    from segments.schema import Schema


@dataclass(frozen=True, slots=True)
class Frame:
    """What turns rules into conditions: the tables as they are now, the day, and the rules of each segment."""

    schema: Schema
    moment: Moment
    rules: Mapping[int, Rules]

    def any_of(self, segments: Iterable[Segment]) -> exp.Expr:
        conditions = [self.in_segment(segment) for segment in segments]
        return exp.or_(*conditions) if conditions else exp.false()

    def in_segment(self, segment: Segment) -> exp.Expr:
        return self.condition(self.rules_of_segment(segment))

    def rules_of_segment(self, segment: Segment) -> Rules:
        """Raises SegmentError for one that was set back to draft, as it has no defined customers."""
        if segment.pk not in self.rules:
            raise SegmentError(f"The segment “{segment}” is a draft. Activate it, or take it out of the campaign.")
        return self.rules[segment.pk]

    def condition(self, rules: Rules) -> exp.Expr:
        return predicate(rules, self.schema, self.moment, segments=self.rules)

    def single(self, condition: Condition) -> exp.Expr:
        """A single condition of a rule."""
        return self.condition(Rules(include=Group(sections=(Section(conditions=(condition,)),))))

    def decides(self, part: SubAudienceDraft) -> exp.Expr | None:
        """The condition of a sub-audience; None for all who remain."""
        return None if part.is_remaining else self.condition(self.rules_of(part))

    def rules_of(self, part: SubAudienceDraft) -> Rules:
        """The rules of a sub-audience's segment, or its own; empty for all who remain."""
        return self.rules_of_segment(part.segment) if part.segment else read(part.rules or {}, part.name)

    @property
    def reachable(self) -> exp.Expr:
        """Whether the customer has an address that can be sent to."""
        profiles = self.schema.profiles
        if profiles.email_verdict is None:
            return exp.false()
        return exp.Is(this=exp.column(profiles.email_verdict, profiles.table, quoted=True), expression=exp.null())


def draft_of(campaign: Campaign) -> CampaignDraft:
    """The campaign as it is saved; read it with `Campaign.objects.whole()` to save queries."""
    links = list(campaign.campaign_segments.all())
    return CampaignDraft(
        name=campaign.name,
        include=tuple(link.segment for link in links if link.direction == Direction.INCLUDE),
        exclude=tuple(link.segment for link in links if link.direction == Direction.EXCLUDE),
        sub_audiences=tuple(map(_sub_audience_draft, campaign.sub_audiences.all())),
        launch_date=campaign.launch_date,
        first_match_only=campaign.assign_first_match_only,
        schedule=campaign.schedule,
    )


def numbered(draft: CampaignDraft) -> CampaignDraft:
    """The draft with an id for everything: what is not saved yet gets a negative one."""
    ids = count(-1, -1)
    return replace(
        draft,
        sub_audiences=tuple(
            replace(
                part,
                id=part.id or next(ids),
                groups=tuple(replace(group, id=group.id or next(ids)) for group in part.groups),
            )
            for part in draft.sub_audiences
        ),
    )


def audience_of(
    draft: CampaignDraft, frame: Frame, *, assignment_key: str, earlier_runs_of: int | None = None
) -> Audience:
    """The audience of a numbered draft; `earlier_runs_of` names the campaign whose controls stay controls."""
    parts = tuple(Part(division_of(part), frame.decides(part)) for part in draft.sub_audiences)
    divisions = [part.division for part in parts]
    return Audience(
        profile=frame.schema.profiles.table,
        key=frame.schema.profiles.key,
        assignment_key=assignment_key,
        included=frame.any_of(draft.include),
        excluded=frame.any_of(draft.exclude),
        parts=parts,
        first_match_only=draft.first_match_only,
        memory=None if earlier_runs_of is None else controls.memory(earlier_runs_of, divisions),
    )


def members_of(draft: CampaignDraft, frame: Frame) -> exp.Expr:
    """Whether a row of the profile table is in the draft's audience at all."""
    return audience_of(replace(draft, sub_audiences=()), frame, assignment_key="").members


def audience_of_campaign(campaign: Campaign, frame: Frame) -> Audience:
    """Whom a send of the saved campaign would reach; read it with `Campaign.objects.whole()` to save queries."""
    return audience_of(
        draft_of(campaign),
        frame,
        assignment_key=campaign.assignment_key,
        earlier_runs_of=earlier_runs_of(campaign),
    )


def earlier_runs_of(campaign: Campaign) -> int | None:
    """The campaign's id, if a run of it has recorded its recipients."""
    return campaign.pk if CampaignRun.objects.recorded().filter(campaign=campaign).exists() else None


def audience_of_run(run: CampaignRun, frame: Frame) -> Audience:
    """Whom the run reaches, by its own plan and the table versions it has pinned."""
    return audience_of(
        draft_of_run(run),
        frame,
        assignment_key=run.campaign.assignment_key,
        earlier_runs_of=run.campaign_id if controls.RECIPIENTS in run.table_versions else None,
    )


def division_of(part: SubAudienceDraft) -> Division:
    shares = tuple(Share(group.id or 0, group.percent, group.is_control) for group in part.groups)
    return Division(part.id or 0, shares)


def _sub_audience_draft(sub_audience: SubAudience) -> SubAudienceDraft:
    return SubAudienceDraft(
        id=sub_audience.pk,
        name=sub_audience.name,
        segment=sub_audience.segment,
        rules=sub_audience.rules,
        groups=tuple(map(_group_draft, sub_audience.groups.all())),
    )


def _group_draft(group: TreatmentGroup) -> GroupDraft:
    return GroupDraft(
        id=group.pk,
        name=group.name,
        percent=group.percent,
        is_control=group.is_control,
        data_templates=tuple(destination.data_template for destination in group.destinations.all()),
        attributes={each.data_template_id: each.sent_attributes for each in group.destinations.all()},
    )
