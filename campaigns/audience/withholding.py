"""What people with Restrict PII access may not know of an audience: whom personal data selects, and how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from pydantic import ValidationError

from campaigns.audience.planning import draft_of
from campaigns.criteria import read
from campaigns.models import Campaign, CampaignRun
from campaigns.runs.deliveries import would_tell_of_pii
from campaigns.runs.snapshots import criteria_of_run
from customer360.errors import NoSuchTableError
from segments.errors import SegmentError, UnreadableRulesError
from segments.nesting import active_rules
from segments.personal import asks_about_pii
from segments.rules import MembershipCondition
from segments.schema import current_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from accounts.access import Access
    from campaigns.drafts import CampaignDraft
    from segments.rules import Condition, Rules
    from segments.schema import Schema

WITHHELD = (
    "Some personally identifiable information has been redacted from these results. Personal data decides who is "
    "in this audience, so its numbers are not shown to you; what is sent is counted all the same."
)


def is_withheld(draft: CampaignDraft, access: Access) -> bool:
    """Whether this person may not see who would be in the audience."""
    return access.restricted_pii and is_decided_by_pii(draft)


def is_forecast_withheld(campaign: Campaign, access: Access) -> bool:
    """Whether this person may not see what a send would do: compared with earlier ones, it reveals both."""
    if not access.restricted_pii:
        return False
    earlier = CampaignRun.objects.recorded().filter(campaign=campaign).since_delivered()
    return (
        is_withheld(draft_of(campaign), access)
        or bool(withheld_runs(earlier, access))
        or would_tell_of_pii(campaign)
    )


def withheld_among(listed: Iterable[Any], access: Access) -> set[int]:
    """Of these rows of `with_list_details`, the ids of campaigns that are withheld, or whose last send is.

    It takes a fixed number of queries.
    """
    if not access.restricted_pii:
        return set()
    saved = Campaign.objects.whole().filter(pk__in=[campaign.pk for campaign in listed])
    sent = CampaignRun.objects.filter(pk__in=[campaign.last_run for campaign in listed if campaign.last_run])
    decided = _decided_among({campaign.pk: draft_of(campaign) for campaign in saved})
    withheld = withheld_runs(sent, access)
    return decided | {campaign.pk for campaign in listed if campaign.last_run in withheld}


def withheld_runs(runs: Iterable[CampaignRun], access: Access) -> set[int]:
    """Of these runs, the ids of those for which this person may know neither who was in them nor how many.

    Data that was marked as personal after a run counts too. It takes a fixed number of queries.
    """
    if not access.restricted_pii:
        return set()
    every = list(runs)
    open_ones = [run for run in every if not run.decided_by_pii]
    return {run.pk for run in every if run.decided_by_pii} | _decided_runs(open_ones)


def is_run_withheld(run: CampaignRun, access: Access) -> bool:
    """The same for one run."""
    return bool(withheld_runs([run], access))


def is_change_withheld(run: CampaignRun, access: Access) -> bool:
    """The same for its changes against earlier runs, which reveal both.

    It takes a fixed number of queries for a run read with `whole()`.
    """
    if not access.restricted_pii:
        return False
    earlier = CampaignRun.objects.before(run).since_delivered()
    return bool(withheld_runs([run, *earlier], access)) or any(
        sent.delivery.is_withheld_from(access) for group in run.groups.all() for sent in group.run_deliveries.all()
    )


def is_decided_by_pii(draft: CampaignDraft) -> bool:
    """Whether personal data decides, or may decide, who is in the audience; false while there are no customers."""
    return bool(_decided_among({0: draft}))


def is_run_decided_by_pii(run: CampaignRun) -> bool:
    """The same for a run, by what it has pinned; true where that can't be read."""
    return bool(_decided_runs([run]))


def refuse_withheld(draft: CampaignDraft, access: Access) -> None:
    """Raises SegmentError if this person may not see who would be in the audience."""
    if is_withheld(draft, access):
        raise SegmentError(WITHHELD)


def refuse_withheld_run(run: CampaignRun, access: Access) -> None:
    """The same for who was in a run."""
    if is_run_withheld(run, access):
        raise SegmentError(WITHHELD)


def _decided_among(drafts: Mapping[int, CampaignDraft]) -> set[int]:
    try:
        schema = current_schema()
    except NoSuchTableError:
        return set()
    rules = active_rules()
    return {pk for pk, draft in drafts.items() if _is_decided(draft, schema, rules)}


def _is_decided(draft: CampaignDraft, schema: Schema, rules: Mapping[int, Rules]) -> bool:
    try:
        return asks_about_pii(_asked(draft), schema, rules)
    except UnreadableRulesError:
        return True


def _decided_runs(runs: list[CampaignRun]) -> set[int]:
    if not runs:
        return set()
    try:
        schema = current_schema()
    except NoSuchTableError:
        return {run.pk for run in runs}
    prefetch_related_objects(runs, "run_segments__segment_version")
    return {run.pk for run in runs if _is_run_decided(run, schema)}


def _is_run_decided(run: CampaignRun, schema: Schema) -> bool:
    try:
        return not run.plan or asks_about_pii(_asked_by_run(run), schema, segments={})
    except (UnreadableRulesError, ValidationError):
        return True


def _asked_by_run(run: CampaignRun) -> Iterator[Condition]:
    """All that decided who was in which group: the run has pinned every segment that was asked about."""
    for pinned in run.run_segments.all():
        yield from pinned.segment_version.parsed.conditions
    for rules in criteria_of_run(run):
        yield from rules.conditions


def _asked(draft: CampaignDraft) -> Iterator[Condition]:
    """All that decides who is in which group."""
    parts = draft.sub_audiences
    for segment in (*draft.include, *draft.exclude, *(part.segment for part in parts if part.segment)):
        yield MembershipCondition(segment=segment.pk)
    for part in parts:
        yield from read(part.rules or {}, part.name).conditions
