"""Changing a campaign's status: locked, checked, saved and audited."""

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


def require_allowed(campaign: Campaign, command: Command) -> None:
    """Raises CampaignStateError when the campaign's status does not allow the command."""
    if not campaign.may(command):
        raise CampaignStateError(refusal(campaign, command))


def locked(campaign: Campaign, command: Command) -> Campaign:
    """Locks the row. Raises CampaignStateError when the command is not allowed now."""
    current: Campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    require_allowed(current, command)
    return current


def move(
    campaign: Campaign, status: Status, actor: User, action: str, changes: Mapping[str, str] | None = None
) -> Campaign:
    """Sets the status, and saves it with everything else that was set on the row."""
    campaign.status, campaign.updated_at = status, clock.now()
    campaign.save()
    audit.record(action=action, subject=campaign, actor=actor, changes=dict(changes or {}))
    return campaign
