"""Which campaigns use a segment, a query or a table: registered with the apps below, which can't import this."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from campaigns.attributes import DEFAULT_SOURCE_TABLE
from campaigns.criteria import readable
from campaigns.models import CampaignEdit, CampaignSegment, GroupDestination, SubAudience
from customer360.usage import Use

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from accounts.access import Access
    from campaigns.attributes import Attribute
    from campaigns.editor.content import Content
    from campaigns.models import Campaign
    from customer360.models import Table
    from segments.rules import Rules


def campaigns_with(segments: Collection[int], access: Access | None) -> dict[int, list[Use]]:
    """Campaigns that use a segment, saved or still in the editor, for people who may see campaigns; by segment."""
    return _uses(_naming(set(segments)), access)


def campaigns_with_queries(queries: Collection[int], access: Access | None) -> dict[int, list[Use]]:
    """Campaigns whose criteria ask about a query, as in `campaigns_with`; by query."""
    asking = (
        (query, campaign) for rules, campaign in _criteria() for query in rules.queries.intersection(queries)
    )
    return _uses(asking, access)


def campaigns_on(table: Table, access: Access | None) -> list[Use]:
    """Campaigns that send columns of the table or ask about its rows, for people who may see campaigns.

    Saved or still in the editor; archived ones too, as they may be restored.
    """
    on_it = ((table.pk, campaign) for named, campaign in _tables() if table.name in named)
    return _uses(on_it, access).get(table.pk, [])


def _uses(found: Iterable[tuple[int, Campaign]], access: Access | None) -> dict[int, list[Use]]:
    """Campaigns by what they use, each once."""
    if access is not None and not access.can("campaign:view"):
        return {}
    uses: dict[int, list[Use]] = defaultdict(list)
    for used, campaign in sorted(set(found), key=lambda use: use[1].name):
        uses[used].append(Use("Campaign", campaign.name, campaign.get_absolute_url()))
    return uses


def _naming(segments: set[int]) -> Iterator[tuple[int, Campaign]]:
    """Segments with the campaigns that use them."""
    chosen = (
        ({each.segment_id}, each.campaign)
        for kind in (CampaignSegment, SubAudience)
        for each in kind.objects.filter(segment__in=segments).select_related("campaign")
    )
    asked = ((rules.segments, campaign) for rules, campaign in _criteria())
    edited = ((content.segments, campaign) for content, campaign in _in_the_editor())
    for found, campaign in (*chosen, *asked, *edited):
        yield from ((segment, campaign) for segment in segments.intersection(found))


def _tables() -> Iterator[tuple[Collection[str], Campaign]]:
    """Names of the tables whose columns a group sends or that criteria ask about, with the campaign."""
    for each in GroupDestination.objects.select_related("group__campaign"):
        yield _sources(each.sent_attributes), each.group.campaign
    for content, campaign in _in_the_editor():
        for group in content.groups:
            yield from ((_sources(each.attributes), campaign) for each in group.destinations)
    for rules, campaign in _criteria():
        yield rules.tables, campaign


def _sources(attributes: Iterable[Attribute]) -> set[str]:
    """The default table always counts: it has the customers' keys."""
    return {DEFAULT_SOURCE_TABLE, *(attribute.source_table for attribute in attributes)}


def _criteria() -> Iterator[tuple[Rules, Campaign]]:
    """All readable criteria, saved or still in the editor."""
    for own in SubAudience.objects.filter(rules__isnull=False).select_related("campaign"):
        if rules := readable(own.rules or {}):
            yield rules, own.campaign
    for content, campaign in _in_the_editor():
        yield from ((part.criteria, campaign) for part in content.parts if part.criteria)


def _in_the_editor() -> Iterator[tuple[Content, Campaign]]:
    for edit in CampaignEdit.objects.filter(content__isnull=False).select_related("campaign"):
        if edit.content:
            yield edit.content, edit.campaign
