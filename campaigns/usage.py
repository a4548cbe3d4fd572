"""Which campaigns use a segment: said to `segments`, which may not ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from campaigns.models import Campaign
from customer360.usage import Use

if TYPE_CHECKING:
    from accounts.access import Access
    from segments.models import Segment


def campaigns_with(segment: Segment, access: Access) -> list[Use]:
    """Campaigns whose audience or sub-audiences name the segment, for those who may see campaigns."""
    if not access.can("campaign:view"):
        return []
    named = Q(campaign_segments__segment=segment) | Q(sub_audiences__segment=segment)
    campaigns = Campaign.objects.filter(named).distinct().order_by("name")
    return [Use("Campaign", campaign.name, campaign.get_absolute_url()) for campaign in campaigns]
