"""Writes a draft to the campaign's rows, in a fixed number of statements, however many parts it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from campaigns.attributes import ATTRIBUTES, default_attributes
from campaigns.models import CampaignSegment, Direction, GroupDestination, SubAudience, TreatmentGroup
from campaigns.runs import deliveries
from destinations.delivery.services import hand_over_targets, release_targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
    from campaigns.models import Campaign

Part = TypeVar("Part", SubAudience, TreatmentGroup)
Values: TypeAlias = "tuple[int | None, dict[str, Any]]"


def write_parts(campaign: Campaign, draft: CampaignDraft) -> None:
    """What stays keeps its row: lists at destinations belong to it, and controls are remembered by it.

    A destination that was removed from a treatment and added again, to it or to one of the same name, keeps its
    list as well; the place of any other is released.
    """
    _write_segments(campaign, draft)
    before = {each.pk: _place(each) for each in _destinations(campaign)}
    _remove(campaign, draft)
    parts = _saved(SubAudience, campaign, [(part.id, values) for part, values in _part_values(draft)])
    groups = _saved(TreatmentGroup, campaign, list(_group_values(draft, parts)))
    _write_destinations(groups, draft.groups)
    now = {each.pk: _place(each) for each in _destinations(campaign)}
    new = {place: pk for pk, place in now.items() if pk not in before}  # existing ones have a list already
    _pass_on({pk: new.get(place) for pk, place in before.items() if pk not in now})


def leave_places(campaign: Campaign) -> None:
    """Releases the lists and fields of a campaign that is deleted, so that others may use them."""
    _pass_on(dict.fromkeys(each.pk for each in _destinations(campaign)))


def _write_segments(campaign: Campaign, draft: CampaignDraft) -> None:
    wanted = {segment.pk: Direction.EXCLUDE for segment in draft.exclude}
    wanted |= {segment.pk: Direction.INCLUDE for segment in draft.include}
    stored = {link.segment_id: link for link in campaign.campaign_segments.all()}
    CampaignSegment.objects.filter(campaign=campaign).exclude(segment__in=wanted).delete()
    turned = [link for pk, link in stored.items() if pk in wanted and link.direction != wanted[pk]]
    for link in turned:
        link.direction = wanted[link.segment_id]
    CampaignSegment.objects.bulk_update(turned, ["direction"])
    order = [*draft.include, *draft.exclude]
    CampaignSegment.objects.bulk_create(
        CampaignSegment(campaign=campaign, segment=segment, direction=wanted[segment.pk])
        for segment in order
        if segment.pk not in stored
    )


def _remove(campaign: Campaign, draft: CampaignDraft) -> None:
    """Deletes first what is not kept, because names and places are unique."""
    campaign.sub_audiences.exclude(pk__in=_kept(draft.sub_audiences)).delete()
    campaign.groups.exclude(pk__in=_kept(draft.groups)).delete()
    # Two groups may swap names, which have to be unique at every moment.
    campaign.groups.update(name=Concat(Value("~"), Cast("pk", CharField())))


def _kept(parts: Iterable[SubAudienceDraft | GroupDraft]) -> list[int]:
    return [part.id for part in parts if part.id is not None and part.id > 0]


def _saved(
    model: type[Part], campaign: Campaign, wanted: Sequence[tuple[int | None, dict[str, Any]]]
) -> list[Part]:
    """Updates the campaign's rows with these ids and creates new ones where there is none, in this order."""
    stored = {row.pk: row for row in model._default_manager.filter(campaign=campaign)}
    rows: list[Part] = []
    for pk, values in wanted:
        row = stored.get(pk or 0) or model(campaign=campaign)
        for name, value in values.items():
            setattr(row, name, value)
        rows.append(row)
    if rows:
        model._default_manager.bulk_update([row for row in rows if row.pk], list(wanted[0][1]))
    model._default_manager.bulk_create([row for row in rows if not row.pk])
    return rows


def _part_values(draft: CampaignDraft) -> Iterator[tuple[SubAudienceDraft, dict[str, Any]]]:
    for position, part in enumerate(draft.sub_audiences):
        yield (
            part,
            {
                "position": position,
                "name": part.name,
                "is_remaining": part.is_remaining,
                "segment": part.segment,
                "rules": part.rules,
            },
        )


def _group_values(draft: CampaignDraft, parts: Sequence[SubAudience]) -> Iterator[Values]:
    for part, sub_audience in zip(draft.sub_audiences, parts, strict=True):
        for position, group in enumerate(part.groups):
            yield (
                group.id,
                {
                    "sub_audience": sub_audience,
                    "position": position,
                    "name": group.name,
                    "percent": group.percent,
                    "is_control": group.is_control,
                },
            )


def _write_destinations(groups: Sequence[TreatmentGroup], drafts: Sequence[GroupDraft]) -> None:
    mine = GroupDestination.objects.filter(group__in=groups)
    stored = {(each.group_id, each.data_template_id): each for each in mine}
    new, changed = [], []
    for group, draft in zip(groups, drafts, strict=True):
        for template in draft.data_templates:
            kept, attributes = stored.pop((group.pk, template.pk), None), draft.attributes.get(template.pk)
            if kept is None:
                sent = attributes or default_attributes(template.destination)
                new.append(
                    GroupDestination(group=group, data_template=template, attributes=ATTRIBUTES.dump_python(sent))
                )
            elif attributes is not None and attributes != kept.sent_attributes:
                kept.attributes = ATTRIBUTES.dump_python(attributes)
                changed.append(kept)
    GroupDestination.objects.filter(pk__in=[each.pk for each in stored.values()]).delete()
    GroupDestination.objects.bulk_update(changed, ["attributes"])
    GroupDestination.objects.bulk_create(new)


def _destinations(campaign: Campaign) -> Iterable[GroupDestination]:
    found: Iterable[GroupDestination] = GroupDestination.objects.filter(group__campaign=campaign).select_related(
        "group"
    )
    return found


def _place(destination: GroupDestination) -> tuple[int, str]:
    return destination.data_template_id, destination.group.name.casefold()


def _pass_on(owners: dict[int, int | None]) -> None:
    """Hands the places of these owners to new ones; None releases them."""
    for kind in (deliveries.OWNER, deliveries.TEST_OWNER):
        hand_over_targets(kind=kind, owners={old: new for old, new in owners.items() if new is not None})
        release_targets(kind=kind, ids=[old for old, new in owners.items() if new is None])
