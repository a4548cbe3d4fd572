"""A campaign's runs: one run's page, its recipients as a file, and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from audit import services as audit
from campaigns import refusals
from campaigns.audience.withholding import is_run_withheld
from campaigns.errors import CampaignError
from campaigns.models import Campaign, CampaignRun
from campaigns.runs.recipients_file import HEADER, recipients_file
from campaigns.services.testing import send_test
from campaigns.views.detail import run_context
from ui.downloads import csv_download

if TYPE_CHECKING:
    from django.http import HttpResponse, StreamingHttpResponse

    from accounts.typing import TenantRequest


TEST_ROWS = {"10": 10, "100": 100}


@require_safe
@require_action("campaign:view")
def run(request: TenantRequest, campaign_id: int, number: int) -> HttpResponse:
    """One run as it was: groups, destinations, what became of each row."""
    shown = _run(campaign_id, number)
    others = CampaignRun.objects.filter(campaign=campaign_id)
    context = {
        "campaign": shown.campaign,
        "run_name": f"Run {number}",
        "previous": others.filter(number__lt=number).order_by("-number").first(),
        "next": others.filter(number__gt=number).order_by("number").first(),
        "segments": shown.run_segments.select_related("segment_version__segment"),
    }
    return render(request, "campaigns/run.html", context | run_context(request, shown))


@require_safe
@require_action("campaign:download")
def recipients_csv(request: TenantRequest, campaign_id: int, number: int) -> StreamingHttpResponse:
    """Who was in which group; streamed from a file, without using the database meanwhile."""
    wanted = _run(campaign_id, number)
    if is_run_withheld(wanted, request.access):
        request.access.require("pii:view")
    rows = recipients_file(wanted, restricted=request.access.restricted_pii)
    if rows is None:
        raise Http404
    with transaction.atomic():
        audit.record(
            action="campaign:downloaded",
            subject=wanted.campaign,
            actor=request.user,
            changes={"run": number} | _told(wanted),
        )
    return csv_download(f"recipients-{campaign_id}-{number}.csv", HEADER, rows)


@require_POST
@require_action("campaign:send")
def test(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """Sends a few customers of each treatment to separate lists."""
    wanted = get_object_or_404(Campaign, pk=campaign_id)
    rows = TEST_ROWS.get(request.POST.get("rows", ""), min(TEST_ROWS.values()))
    try:
        send_test(campaign=wanted, rows=rows, actor=request.user)
        messages.success(request, "The test is on its way. Its result is shown under Tests.")
    except (CampaignError, *refusals.SENDING) as error:
        messages.error(request, str(error))
    return redirect(wanted)


def _told(run: CampaignRun) -> dict[str, int | None]:
    """For the audit log, which may be read by people who may not know how many were in the run."""
    return {} if run.decided_by_pii else {"customers": run.audience_count}


def _run(campaign_id: int, number: int) -> CampaignRun:
    found: CampaignRun = get_object_or_404(CampaignRun.objects.whole(), campaign=campaign_id, number=number)
    return found
