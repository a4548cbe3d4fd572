"""What people with Restrict PII access may not know of an audience: whom personal data chooses, and how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.audience.planning import draft_of
from campaigns.criteria import UnreadableCriteriaError, read
from campaigns.models import Campaign
from campaigns.runs.snapshots import draft_of_run
from customer360.errors import NoSuchTableError
from segments.errors import SegmentError
from segments.nesting import active_rules
from segments.personal import asks_about_pii
from segments.rules import MembershipCondition
from segments.schema import current_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from accounts.access import Access
    from campaigns.drafts import CampaignDraft
    from campaigns.models import CampaignRun
    from segments.rules import Condition

WITHHELD = (
    "Some personally identifiable information has been redacted from these results. Personal data decides who is "
    "in this audience, so its numbers are not shown to you; what is sent is counted all the same."
)


def is_withheld(draft: CampaignDraft, access: Access) -> bool:
    """Whether this person may not see who would be in the audience."""
    return access.restricted_pii and is_decided_by_pii(draft)


def withheld_among(campaigns: Iterable[Campaign], access: Access) -> set[int]:
    """Of these campaigns, as they are saved, the ids of those that are withheld."""
    if not access.restricted_pii:
        return set()
    saved = Campaign.objects.whole().filter(pk__in=[campaign.pk for campaign in campaigns])
    return {campaign.pk for campaign in saved if is_decided_by_pii(draft_of(campaign))}


def is_run_withheld(run: CampaignRun, access: Access) -> bool:
    """The same of those who were in a run."""
    return access.restricted_pii and is_run_decided_by_pii(run)


def is_decided_by_pii(draft: CampaignDraft) -> bool:
    """Whether personal data decides who would be in the audience, or might; without customers nobody would."""
    try:
        return _asks_about_pii(draft)
    except NoSuchTableError:
        return False
    except UnreadableCriteriaError:
        return True


def is_run_decided_by_pii(run: CampaignRun) -> bool:
    """The same of those who were in a run; where it keeps no plan, or it can't be read, nobody can say."""
    try:
        return not run.plan or _asks_about_pii(draft_of_run(run))
    except (NoSuchTableError, UnreadableCriteriaError):
        return True


def refuse_withheld(draft: CampaignDraft, access: Access) -> None:
    """Raises SegmentError for who may not see who would be in the audience."""
    if is_withheld(draft, access):
        raise SegmentError(WITHHELD)


def _asks_about_pii(draft: CampaignDraft) -> bool:
    """Raises NoSuchTableError and UnreadableCriteriaError."""
    return asks_about_pii(_asked(draft), current_schema(), active_rules())


def _asked(draft: CampaignDraft) -> Iterator[Condition]:
    """All that decides who is in which group."""
    parts = draft.sub_audiences
    for segment in (*draft.include, *draft.exclude, *(part.segment for part in parts if part.segment)):
        yield MembershipCondition(segment=segment.pk)
    for part in parts:
        yield from read(part.rules or {}, part.name).conditions
