"""Copying, archiving and restoring campaigns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.audience.planning import draft_of
from campaigns.models import Campaign
from campaigns.naming import copy_name
from campaigns.services.editing import create_campaign
from campaigns.services.moving import locked, move
from campaigns.services.scheduling import standing
from campaigns.states import Command, Status
from tenants.names import claim_names

if TYPE_CHECKING:
    from accounts.models import User
    from campaigns.drafts import CampaignDraft


@transaction.atomic
def copy_campaign(*, campaign: Campaign, actor: User) -> Campaign:
    """Creates a draft copy under a name of its own. It has its own key, so it assigns customers afresh."""
    claim_names(Campaign)
    original = Campaign.objects.whole().get(pk=campaign.pk)
    taken = {each.casefold() for each in Campaign.objects.values_list("name", flat=True)}
    draft = replace(_without_ids(draft_of(original)), name=copy_name(original.name, taken))
    return create_campaign(draft=draft, actor=actor)


@transaction.atomic
def archive_campaign(*, campaign: Campaign, actor: User) -> Campaign:
    """Archives it; nothing more is sent. Raises CampaignStateError."""
    current = locked(campaign, Command.ARCHIVE)
    current.take_off_schedule()
    return move(current, Status.ARCHIVED, actor, "campaign:archived")


@transaction.atomic
def restore_campaign(*, campaign: Campaign, actor: User) -> Campaign:
    """Restores it in the status that its last send left. Raises CampaignStateError."""
    current = locked(campaign, Command.RESTORE)
    return move(current, standing(current), actor, "campaign:restored")


def _without_ids(draft: CampaignDraft) -> CampaignDraft:
    parts = [
        replace(part, id=None, groups=tuple(replace(group, id=None) for group in part.groups))
        for part in draft.sub_audiences
    ]
    return replace(draft, sub_audiences=tuple(parts))
