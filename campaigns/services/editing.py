"""Making and changing campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from audit import services as audit
from campaigns import drafts
from campaigns.attributes import ATTRIBUTES, default_attributes
from campaigns.audience.lowering import lowered
from campaigns.errors import (
    CampaignChangedError,
    CampaignDraftError,
    CampaignStateError,
    CampaignUnsureError,
    Problem,
)
from campaigns.models import Campaign, CampaignSegment, Direction, GroupDestination, SubAudience, TreatmentGroup
from campaigns.states import Command, refusal
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from campaigns.attributes import Attribute
    from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
    from destinations.models import DataTemplate
    from segments.models import Segment


Part = TypeVar("Part", SubAudience, TreatmentGroup)


@transaction.atomic
def create_campaign(*, draft: CampaignDraft, actor: User | None) -> Campaign:
    """Raises CampaignDraftError."""
    _check(draft)
    campaign = Campaign(owner=actor)
    _write_campaign(campaign, draft)
    _write_parts(campaign, draft)
    audit.record(action="campaign:created", subject=campaign, actor=actor, changes=_described(draft))
    return campaign


@transaction.atomic
def edit_campaign(
    *, campaign: Campaign, draft: CampaignDraft, revision: int, actor: User | None, is_sure: bool = False
) -> Campaign:
    """`revision` is the one that was being looked at; a save over a newer one is refused.

    Raises CampaignDraftError, CampaignStateError, CampaignChangedError, and CampaignUnsureError when it would send
    to customers who were kept back as controls so far: then it takes a yes.
    """
    current = Campaign.objects.select_for_update().get(pk=campaign.pk)
    require_editable(current)
    _check_revision(current, revision)
    _check(draft, current)
    _require_yes(current, draft, is_sure=is_sure)
    current.revision = revision + 1
    _write_campaign(current, draft)
    _write_parts(current, draft)
    audit.record(action="campaign:changed", subject=current, actor=actor, changes=_described(draft))
    return current


@transaction.atomic
def delete_campaign(*, campaign: Campaign, actor: User | None) -> None:
    """Raises CampaignStateError once it was sent: then it can be archived."""
    current = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if not current.may(Command.DELETE):
        raise CampaignStateError(refusal(current, Command.DELETE))
    if current.runs.exists():
        raise CampaignStateError(f"“{current}” can't be deleted because it was sent. Archive it instead.")
    audit.record(action="campaign:deleted", subject=current, actor=actor)
    current.delete()


def _check(draft: CampaignDraft, campaign: Campaign | None = None) -> None:
    drafts.check(draft)
    others = Campaign.objects.exclude(pk=campaign.pk) if campaign else Campaign.objects.all()
    if others.filter(name__iexact=draft.name).exists():
        raise CampaignDraftError([Problem("name", f"There is a campaign “{draft.name}” already.")])


def require_editable(campaign: Campaign) -> None:
    """Raises CampaignStateError when its status does not allow changes."""
    if not campaign.may(Command.EDIT):
        raise CampaignStateError(refusal(campaign, Command.EDIT))


def _check_revision(campaign: Campaign, revision: int) -> None:
    if campaign.revision != revision:
        raise CampaignChangedError(
            f"Somebody saved “{campaign}” while you were editing. Nothing of yours is saved: "
            "reload the page to see their version, then make your changes again."
        )


def _require_yes(campaign: Campaign, draft: CampaignDraft, *, is_sure: bool) -> None:
    questions = [each.question for each in lowered(Campaign.objects.whole().get(pk=campaign.pk), draft)]
    if questions and not is_sure:
        raise CampaignUnsureError(questions)


def _write_campaign(campaign: Campaign, draft: CampaignDraft) -> None:
    campaign.name, campaign.launch_date, campaign.schedule = draft.name, draft.launch_date, draft.schedule
    campaign.assign_first_match_only = draft.first_match_only
    campaign.plan_next(active=campaign.next_run_at is not None)
    campaign.updated_at = clock.now()
    campaign.save()


def _write_parts(campaign: Campaign, draft: CampaignDraft) -> None:
    _write_segments(campaign, Direction.INCLUDE, draft.include)
    _write_segments(campaign, Direction.EXCLUDE, draft.exclude)
    campaign.sub_audiences.exclude(pk__in=_kept(draft.sub_audiences)).delete()
    campaign.groups.exclude(pk__in=_kept(draft.groups)).delete()
    # Two groups may swap their names, which are unique at any moment.
    campaign.groups.update(name=Concat(Value("~"), Cast("pk", CharField())))
    for position, sub_audience in enumerate(draft.sub_audiences):
        _write_sub_audience(campaign, position, sub_audience)


def _kept(parts: Iterable[SubAudienceDraft | GroupDraft]) -> list[int]:
    """What is not kept goes first, because names and places are unique."""
    return [pk for pk in (_stored(part.id) for part in parts) if pk is not None]


def _stored(pk: int | None) -> int | None:
    """What is new in the editor has a negative id, or none."""
    return None if pk is None or pk < 0 else pk


def _write_segments(campaign: Campaign, direction: Direction, segments: Iterable[Segment]) -> None:
    kept = [
        CampaignSegment.objects.update_or_create(
            campaign=campaign, segment=segment, defaults={"direction": direction}
        )[0].pk
        for segment in segments
    ]
    campaign.campaign_segments.filter(direction=direction).exclude(pk__in=kept).delete()


def _write_sub_audience(campaign: Campaign, position: int, draft: SubAudienceDraft) -> None:
    values = {
        "position": position,
        "name": draft.name,
        "is_remaining": draft.is_remaining,
        "segment": draft.segment,
        "rules": draft.rules,
    }
    sub_audience = _write(SubAudience, campaign, draft.id, values)
    for place, group in enumerate(draft.groups):
        _write_group(sub_audience, place, group)


def _write_group(sub_audience: SubAudience, position: int, draft: GroupDraft) -> None:
    values = {
        "sub_audience": sub_audience,
        "position": position,
        "name": draft.name,
        "percent": draft.percent,
        "is_control": draft.is_control,
    }
    group = _write(TreatmentGroup, sub_audience.campaign, draft.id, values)
    _write_destinations(group, draft)


def _write(model: type[Part], campaign: Campaign, pk: int | None, values: dict[str, object]) -> Part:
    """The campaign's row of this id with new values, or a new one."""
    kept = _stored(pk)
    part = model(campaign=campaign) if kept is None else model._default_manager.get(campaign=campaign, pk=kept)
    for name, value in values.items():
        setattr(part, name, value)
    part.save()
    return part


def _write_destinations(group: TreatmentGroup, draft: GroupDraft) -> None:
    """A destination that stays keeps its row: its lists at the destination belong to it."""
    stored = {each.data_template_id: each for each in group.destinations.all()}
    for template in draft.data_templates:
        attributes = draft.attributes.get(template.pk)
        kept = stored.pop(template.pk, None)
        if kept is None:
            _assign(group, template, attributes or default_attributes(template.destination))
        elif attributes is not None and attributes != kept.sent_attributes:
            kept.attributes = ATTRIBUTES.dump_python(attributes)
            kept.save(update_fields=["attributes"])
    group.destinations.filter(data_template__in=list(stored)).delete()


def _assign(group: TreatmentGroup, template: DataTemplate, attributes: tuple[Attribute, ...]) -> None:
    GroupDestination.objects.create(
        group=group, data_template=template, attributes=ATTRIBUTES.dump_python(attributes)
    )


def _described(draft: CampaignDraft) -> dict[str, object]:
    return {
        "name": draft.name,
        "include": [str(segment) for segment in draft.include],
        "exclude": [str(segment) for segment in draft.exclude],
        "groups": [
            {
                "name": group.name,
                "percent": f"{group.percent:f}",
                "control": group.is_control,
                "data_templates": [str(template) for template in group.data_templates],
            }
            for group in draft.groups
        ],
    }
