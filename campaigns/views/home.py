from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from campaigns.audience.withholding import withheld_among
from campaigns.models import Campaign
from customer360.models import Table
from destinations.delivery.models import Delivery
from notifications.models import Notification
from segments.models import Segment

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpResponse

    from accounts.typing import TenantRequest

SHOWN = 5


@require_safe
@require_action("home:view")
def home(request: TenantRequest) -> HttpResponse:
    """Recent activity and how fresh the data is, as far as this person may see it."""
    return render(request, "campaigns/home.html", _sections(request))


def _sections(request: TenantRequest) -> dict[str, Any]:
    can = request.access.can
    deliveries = Delivery.objects.visible_to(request.access)
    campaigns = Campaign.objects.not_archived().with_list_details(request.access)[:SHOWN]
    return {
        "may_create": can("campaign:edit"),
        "campaigns": campaigns if can("campaign:view") else None,
        "withheld": withheld_among(campaigns, request.access) if can("campaign:view") else set(),
        "deliveries": deliveries.select_related("target")[:SHOWN] if can("delivery:view") else None,
        "segments": Segment.objects.order_by("-updated_at")[:SHOWN] if can("segment:view") else None,
        "tables": Table.objects.select_related("current_version").order_by("name") if can("table:view") else None,
        "news": Notification.objects.of(request.user).open_to(request.access)[:SHOWN]
        if can("notification:view")
        else None,
    }
