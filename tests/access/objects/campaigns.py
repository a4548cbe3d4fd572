from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
from campaigns.models import Campaign, CampaignRun
from campaigns.services.editing import create_campaign
from campaigns.states import Status
from destinations.schedules.recurrence import Kind, Schedule
from tests.access.making import made_for

if TYPE_CHECKING:
    from tests.cast import Cast

GROUPS = (GroupDraft("Newsletter", Decimal(90)), GroupDraft("Control", Decimal(10), is_control=True))
DRAFT = CampaignDraft("Autumn win-back", (), (), (SubAudienceDraft(GROUPS),))


@made_for("campaigns/<int:campaign_id>/")
def campaign(cast: Cast) -> Campaign:
    return Campaign.objects.filter(name=DRAFT.name).first() or create_campaign(draft=DRAFT, actor=None)


@made_for("admin/campaigns/campaign/")
def scheduled_campaign(cast: Cast) -> Campaign:
    """Paused, so that nothing sends it."""
    daily = Schedule(kind=Kind.DAILY, zone="UTC", starts_on=date(2030, 5, 6))
    made: Campaign = Campaign.objects.get_or_create(
        name="Every day", defaults={"status": Status.PAUSED, "schedule": daily}
    )[0]
    return made


@made_for("campaigns/<int:campaign_id>/runs/<int:number>/")
def campaign_run(cast: Cast) -> CampaignRun:
    sent = campaign(cast)
    return CampaignRun.objects.filter(campaign=sent).first() or CampaignRun.objects.create(campaign=sent, number=1)
