"""Which campaigns use a segment or a table: said to the apps below, which may not ask."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.urls import reverse

from campaigns.attributes import DEFAULT_SOURCE_TABLE
from campaigns.criteria import readable
from campaigns.models import Campaign, CampaignEdit, GroupDestination, SubAudience
from customer360.usage import Use

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from accounts.access import Access
    from customer360.models import Table

WAYS = ("campaign_segments__segment", "sub_audiences__segment")


def campaigns_with(segments: Collection[int], access: Access | None) -> dict[int, list[Use]]:
    """Campaigns that name a segment, saved or still in the editor, for those who may see campaigns; by segment."""
    if access is not None and not access.can("campaign:view"):
        return {}
    found: dict[int, list[Use]] = defaultdict(list)
    for segment, name, campaign in sorted(set(_named(set(segments)))):
        found[segment].append(Use("Campaign", name, reverse("campaign", args=[campaign])))
    return found


def campaigns_sending(table: Table, access: Access | None) -> list[Use]:
    """Campaigns that send columns of the table, for those who may see campaigns."""
    campaigns = Campaign.objects.visible_to(access) if access else Campaign.objects.all()
    sent = GroupDestination.objects.filter(group__sub_audience__campaign__in=campaigns.not_archived())
    found = {
        each.group.sub_audience.campaign
        for each in sent.select_related("group__sub_audience__campaign")
        if table.name in {DEFAULT_SOURCE_TABLE, *(attribute.source_table for attribute in each.sent_attributes)}
    }
    return [Use("Campaign", each.name, reverse("campaign", args=[each.pk])) for each in sorted(found, key=str)]


def _named(segments: set[int]) -> Iterator[tuple[int, str, int]]:
    """Which segment, and the name and id of the campaign."""
    for way in WAYS:
        yield from Campaign.objects.filter(**{f"{way}__in": segments}).values_list(way, "name", "pk")
    for asked, name, campaign in (*_by_criteria(), *_in_the_editor()):
        yield from ((segment, name, campaign) for segment in segments.intersection(asked))


def _by_criteria() -> Iterator[tuple[Iterable[int], str, int]]:
    own = SubAudience.objects.filter(rules__isnull=False)
    for rules, name, campaign in own.values_list("rules", "campaign__name", "campaign"):
        if known := readable(rules or {}):
            yield known.segments, name, campaign


def _in_the_editor() -> Iterator[tuple[Iterable[int], str, int]]:
    for edit in CampaignEdit.objects.filter(content__isnull=False).select_related("campaign"):
        if edit.content:
            yield edit.content.segments, edit.campaign.name, edit.campaign_id
