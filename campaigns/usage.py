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
    from campaigns.attributes import Attribute
    from campaigns.editor.content import Content
    from customer360.models import Table
    from segments.rules import Rules

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
    """Campaigns that send columns of the table or ask about its rows, for those who may see campaigns.

    Saved or still in the editor; archived ones too, for they may be brought back.
    """
    if access is not None and not access.can("campaign:view"):
        return []
    found = {campaign for named, campaign in _tables() if table.name in named}
    return [Use("Campaign", each.name, reverse("campaign", args=[each.pk])) for each in sorted(found, key=str)]


def _named(segments: set[int]) -> Iterator[tuple[int, str, int]]:
    """Which segment, and the name and id of the campaign."""
    for way in WAYS:
        yield from Campaign.objects.filter(**{f"{way}__in": segments}).values_list(way, "name", "pk")
    asked = ((rules.segments, campaign) for rules, campaign in _saved_criteria())
    edited = ((content.segments, campaign) for content, campaign in _in_the_editor())
    for found, campaign in (*asked, *edited):
        yield from ((segment, campaign.name, campaign.pk) for segment in segments.intersection(found))


def _tables() -> Iterator[tuple[Collection[str], Campaign]]:
    """Names of the tables of which a group sends columns, or about which criteria ask."""
    for each in GroupDestination.objects.select_related("group__campaign"):
        yield _sources(each.sent_attributes), each.group.campaign
    for rules, campaign in _saved_criteria():
        yield rules.tables, campaign
    for content, campaign in _in_the_editor():
        yield _tables_of(content), campaign


def _tables_of(content: Content) -> set[str]:
    sent = (_sources(each.attributes) for group in content.groups for each in group.destinations)
    asked = (part.criteria.tables for part in content.parts if part.criteria)
    return set().union(*sent, *asked)


def _sources(attributes: Iterable[Attribute]) -> set[str]:
    """Customers are told apart by the default one."""
    return {DEFAULT_SOURCE_TABLE, *(attribute.source_table for attribute in attributes)}


def _saved_criteria() -> Iterator[tuple[Rules, Campaign]]:
    """Those that can be read."""
    for own in SubAudience.objects.filter(rules__isnull=False).select_related("campaign"):
        if rules := readable(own.rules or {}):
            yield rules, own.campaign


def _in_the_editor() -> Iterator[tuple[Content, Campaign]]:
    for edit in CampaignEdit.objects.filter(content__isnull=False).select_related("campaign"):
        if edit.content:
            yield edit.content, edit.campaign
