from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from campaigns import counting, planning, readiness
from campaigns.errors import CampaignIncompleteError, CampaignStateError
from campaigns.models import Campaign, CampaignEdit, CampaignRun
from campaigns.offers import offered
from campaigns.reports import RunReport
from campaigns.services.sending import start_send
from campaigns.states import Command
from campaigns.summaries import parts_of
from destinations.schedules.preview import Preview

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpResponse

    from accounts.typing import TenantRequest


@require_safe
@require_action("campaign:view")
def campaign(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """What a send would do, and how the sends so far went."""
    shown = get_object_or_404(Campaign.objects.whole(), pk=campaign_id)
    return render(request, "campaigns/detail.html", _context(request, shown))


@require_safe
@require_action("campaign:view")
def progress(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """The latest run, for a page that asks again every second until it has ended."""
    run = CampaignRun.objects.whole().filter(campaign=campaign_id).first()
    if run is None:
        raise Http404
    context = {"campaign": run.campaign, "report": RunReport(run), "swap": True}
    return render(request, "campaigns/_run.html", context)


@require_POST
@require_action("campaign:send")
def send(request: TenantRequest, campaign_id: int) -> HttpResponse:
    wanted = get_object_or_404(Campaign, pk=campaign_id)
    try:
        start_send(campaign=wanted, actor=request.user)
    except (CampaignIncompleteError, CampaignStateError) as error:
        messages.error(request, str(error))
    return redirect(wanted)


def _context(request: TenantRequest, campaign: Campaign) -> dict[str, Any]:
    may_send = campaign.may(Command.SEND) and request.access.can(readiness.SEND)
    draft = planning.draft_of(campaign)
    shown = counting.shown(draft, assignment_key=campaign.assignment_key)
    runs = list(CampaignRun.objects.whole().filter(campaign=campaign))
    return {
        "campaign": campaign,
        "draft": draft,
        "parts": parts_of(campaign, shown.get("summary")),
        "runs": runs,
        "report": RunReport(runs[0]) if runs else None,
        "may_edit": campaign.may(Command.EDIT) and request.access.can("campaign:edit"),
        "may_send": may_send,
        "commands": offered(campaign, request.access, was_sent=bool(runs)),
        "has_edits": CampaignEdit.objects.filter(campaign=campaign, content__isnull=False).exists(),
        "preview": Preview(campaign.schedule) if campaign.schedule else None,
        "obstacles": list(readiness.obstacles(campaign, request.access)) if may_send else [],
        **shown,
    }
