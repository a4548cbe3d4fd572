"""Creating, changing and deleting campaigns."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from audit import services as audit
from campaigns import drafts
from campaigns.audience.lowering import lowered
from campaigns.errors import (
    CampaignChangedError,
    CampaignDraftError,
    CampaignStateError,
    CampaignUnsureError,
    Problem,
)
from campaigns.models import Campaign
from campaigns.services.moving import locked
from campaigns.services.writing import leave_places, write_parts
from campaigns.states import Command
from destinations.schedules.words import in_words
from runtime import clock
from tenants.names import claim_names

if TYPE_CHECKING:
    from accounts.models import User
    from campaigns.audience.lowering import Lowered
    from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft

NAMES = "campaign_names_differ"
FINGERPRINT = 12
"""How many digits of a hash tell criteria apart."""


@transaction.atomic
def create_campaign(*, draft: CampaignDraft, actor: User | None) -> Campaign:
    """Raises CampaignDraftError."""
    _check(draft)
    campaign = Campaign(owner=actor)
    _write_campaign(campaign, draft)
    write_parts(campaign, draft)
    audit.record(action="campaign:created", subject=campaign, actor=actor, changes=_described(draft))
    return campaign


@transaction.atomic
def edit_campaign(
    *, campaign: Campaign, draft: CampaignDraft, revision: int, actor: User | None, is_sure: bool = False
) -> Campaign:
    """Saves the draft. `revision` is the one that the person saw; saving over a newer one is refused.

    Raises CampaignDraftError, CampaignStateError, CampaignChangedError, and CampaignUnsureError when customers who
    have been held back as controls would be sent to and `is_sure` does not confirm it.
    """
    current = locked(campaign, Command.EDIT)
    _check_revision(current, revision)
    _check(draft, current)
    released = _released(current, draft, is_sure=is_sure)
    current.revision = revision + 1
    _write_campaign(current, draft)
    write_parts(current, draft)
    changes = _described(draft) | ({"released_controls": released} if released else {})
    audit.record(action="campaign:changed", subject=current, actor=actor, changes=changes)
    return current


@transaction.atomic
def delete_campaign(*, campaign: Campaign, actor: User | None) -> None:
    """Raises CampaignStateError once it has been sent: then it can only be archived."""
    current = locked(campaign, Command.DELETE)
    if current.runs.exists():
        raise CampaignStateError(f"“{current}” can't be deleted because it was sent. Archive it instead.")
    leave_places(current)
    audit.record(action="campaign:deleted", subject=current, actor=actor)
    current.delete()


def _check(draft: CampaignDraft, campaign: Campaign | None = None) -> None:
    drafts.check(draft)
    claim_names(Campaign)
    others = Campaign.objects.exclude(pk=campaign.pk) if campaign else Campaign.objects.all()
    if others.filter(name__iexact=draft.name).exists():
        raise CampaignDraftError([_taken(draft.name)])


def _taken(name: str) -> Problem:
    return Problem("name", f"There is a campaign “{name}” already.")


def _check_revision(campaign: Campaign, revision: int) -> None:
    if campaign.revision != revision:
        raise CampaignChangedError(
            f"Someone saved “{campaign}” while you were editing. Your changes are not saved: "
            "reload the page to see their version, then make your changes again."
        )


def _released(campaign: Campaign, draft: CampaignDraft, *, is_sure: bool) -> list[str]:
    """The control groups that the draft makes smaller, for the audit. Raises CampaignUnsureError unless sure."""
    found: list[Lowered] = lowered(Campaign.objects.whole().get(pk=campaign.pk), draft)
    if found and not is_sure:
        raise CampaignUnsureError([each.question for each in found])
    return [str(each) for each in found]


def _write_campaign(campaign: Campaign, draft: CampaignDraft) -> None:
    campaign.name, campaign.launch_date, campaign.schedule = draft.name, draft.launch_date, draft.schedule
    campaign.assign_first_match_only = draft.first_match_only
    campaign.plan_next(active=campaign.next_run_at is not None)
    campaign.updated_at = clock.now()
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError as error:
        if NAMES not in str(error):
            raise
        raise CampaignDraftError([_taken(draft.name)]) from None  # someone else took it just now


def _described(draft: CampaignDraft) -> dict[str, object]:
    """For the audit: who is sent what, and when; criteria as a fingerprint, because values may be personal."""
    return {
        "name": draft.name,
        "include": [str(segment) for segment in draft.include],
        "exclude": [str(segment) for segment in draft.exclude],
        "first_match_only": draft.first_match_only,
        "timing": in_words(draft.schedule) if draft.schedule else "",
        "launch_date": draft.launch_date.isoformat() if draft.launch_date else "",
        "sub_audiences": [_described_part(part) for part in draft.sub_audiences],
    }


def _described_part(part: SubAudienceDraft) -> dict[str, object]:
    criteria = json.dumps(part.rules, sort_keys=True, default=str) if part.rules is not None else ""
    return {
        "name": part.name,
        "segment": str(part.segment or ""),
        "criteria": sha256(criteria.encode()).hexdigest()[:FINGERPRINT] if criteria else "",
        "groups": [_described_group(group) for group in part.groups],
    }


def _described_group(group: GroupDraft) -> dict[str, object]:
    return {
        "name": group.name,
        "percent": f"{group.percent:f}",
        "control": group.is_control,
        "data_templates": [str(template) for template in group.data_templates],
        "attributes": [
            f"{each.source_table}.{each.source_attribute} → {each.destination_attribute}"
            for template in group.data_templates
            for each in group.attributes.get(template.pk, ())
        ],
    }
