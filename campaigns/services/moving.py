"""A campaign on its way from one status to another: locked, allowed, saved, and in the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit import services as audit
from campaigns.errors import CampaignStateError
from campaigns.models import Campaign
from campaigns.states import refusal
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User
    from campaigns.states import Command, Status


def locked(campaign: Campaign, command: Command) -> Campaign:
    """The row, locked. Raises CampaignStateError when the command is not allowed now."""
    current: Campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if not current.may(command):
        raise CampaignStateError(refusal(current, command))
    return current


def move(
    campaign: Campaign, status: Status, actor: User, action: str, changes: Mapping[str, str] | None = None
) -> Campaign:
    """It stands like this from now on; all that was set on the row is saved with it."""
    campaign.status, campaign.updated_at = status, clock.now()
    campaign.save()
    audit.record(action=action, subject=campaign, actor=actor, changes=dict(changes or {}))
    return campaign
