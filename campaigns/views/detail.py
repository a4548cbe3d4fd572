from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from campaigns import readiness, refusals
from campaigns.audience import counting, planning
from campaigns.audience.withholding import (
    WITHHELD,
    is_change_withheld,
    is_forecast_withheld,
    is_run_withheld,
    withheld_runs,
)
from campaigns.errors import CampaignError
from campaigns.models import Campaign, CampaignEdit, CampaignRun
from campaigns.offers import offered
from campaigns.openness import Names
from campaigns.runs import forecasting, reports
from campaigns.runs.reports import RunReport
from campaigns.services.commands import command
from campaigns.services.testing import earlier_tests
from campaigns.states import Command
from campaigns.summaries import parts_of
from campaigns.views.actions import seen_revision
from destinations.delivery.advice import explain
from destinations.delivery.models import Delivery
from destinations.schedules.preview import Preview

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpResponse

    from accounts.typing import TenantRequest

TESTS_SHOWN = 5
RUNS_SHOWN = 30


@require_safe
@require_action("campaign:view")
def campaign(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """What a send would do, and how earlier sends went."""
    shown = get_object_or_404(Campaign.objects.whole(), pk=campaign_id)
    known = counting.known_of(shown, request.access)
    return render(request, "campaigns/detail.html", _context(request, shown, known))


@require_safe
@require_action("campaign:view")
def summary(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """Audience and groups with their numbers, for a page that was shown before they were counted.

    Without JavaScript this is the whole page.
    """
    counted = get_object_or_404(Campaign.objects.whole(), pk=campaign_id)
    shown = counting.shown_of(counted, request.access)
    if not request.htmx:
        return render(request, "campaigns/detail.html", _context(request, counted, shown))
    return render(request, "campaigns/_summary.html", {"swap_send": True, **_groups(request, counted, shown)})


@require_safe
@require_action("campaign:view")
def progress(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """The latest run, for a page that polls every second until it has ended."""
    run = CampaignRun.objects.whole().filter(campaign=campaign_id).first()
    if run is None:
        raise Http404
    context = {"campaign": run.campaign, "swap": True} | run_context(request, run)
    return render(request, "campaigns/_run.html", context)


@require_safe
@require_action("campaign:view")
def forecast(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """What a send would do, for a page that polls until it is known."""
    wanted = get_object_or_404(Campaign, pk=campaign_id)
    if is_forecast_withheld(wanted, request.access):
        withheld = forecasting.Forecast(problem=WITHHELD)
        return render(request, "campaigns/_forecast.html", {"campaign": wanted, "forecast": withheld})
    known = forecasting.known(wanted)
    if known is None:
        forecasting.ask(wanted)
    elif known.rows:
        known = known.for_reader(Names.for_reader(request.access))
    held_back = {explain(code).what: rows for code, rows in known.held_back.items()} if known else {}
    may_test = wanted.may(Command.SEND) and request.access.can(readiness.SEND)
    context = {"campaign": wanted, "forecast": known, "held_back": held_back, "may_test": may_test}
    return render(request, "campaigns/_forecast.html", context)


@require_POST
@require_action("campaign:send")
def send(request: TenantRequest, campaign_id: int) -> HttpResponse:
    wanted = get_object_or_404(Campaign, pk=campaign_id)
    try:
        command(campaign=wanted, command=Command.SEND, actor=request.user, revision=seen_revision(request))
    except (CampaignError, *refusals.SENDING) as error:
        messages.error(request, str(error))
    return redirect(wanted)


def run_context(request: TenantRequest, run: CampaignRun) -> dict[str, Any]:
    """One run, and what this person may do with it."""
    withheld = is_run_withheld(run, request.access)
    campaign, may_steer = run.campaign, request.access.can(readiness.SEND) and not run.has_ended
    return {
        "run": run,
        "withheld": withheld,
        "change_withheld": is_change_withheld(run, request.access),
        "report": RunReport(run, reports.visible_deliveries(run, request.access)),
        "may_pause": may_steer and campaign.may(Command.PAUSE),
        "may_go_on": may_steer and campaign.may(Command.GO_ON),
        "may_stop": may_steer and campaign.may(Command.STOP),
        "may_download": request.access.can("campaign:download")
        and run.audience_count is not None
        and not withheld,
    }


def _context(request: TenantRequest, campaign: Campaign, shown: dict[str, Any]) -> dict[str, Any]:
    """`shown` is what is known of the numbers."""
    may_send = campaign.may(Command.SEND) and request.access.can(readiness.SEND)
    runs = list(CampaignRun.objects.whole().filter(campaign=campaign)[:RUNS_SHOWN])
    return {
        **_groups(request, campaign, shown),
        **_history(request, runs),
        "tests": _tests(request, campaign),
        "may_edit": campaign.may(Command.EDIT) and request.access.can("campaign:edit"),
        "may_send": may_send,
        "commands": offered(campaign, request.access, was_sent=bool(runs)),
        "has_edits": CampaignEdit.objects.filter(campaign=campaign, content__isnull=False).exists(),
        "preview": Preview(campaign.schedule) if campaign.schedule else None,
        "obstacles": list(readiness.obstacles(campaign, request.access)) if may_send else [],
        **(run_context(request, runs[0]) if runs else {}),
    }


def _history(request: TenantRequest, runs: list[CampaignRun]) -> dict[str, Any]:
    """`runs` come latest first. The chart leaves out withheld runs, too."""
    reached = [run for run in runs if run.audience_count is not None]
    withheld = withheld_runs(reached, request.access)
    told = [run for run in reached if run.pk not in withheld]
    return {"runs": runs, "withheld_runs": withheld, "over_time": reports.audience_over_time(told)}


def _groups(request: TenantRequest, campaign: Campaign, shown: dict[str, Any]) -> dict[str, Any]:
    """`shown` is what is known of the numbers."""
    return {
        "campaign": campaign,
        "draft": planning.draft_of(campaign),
        "parts": parts_of(campaign, shown.get("summary"), Names.for_reader(request.access)),
        **shown,
    }


def _tests(request: TenantRequest, campaign: Campaign) -> list[Delivery]:
    sent = earlier_tests(campaign)
    visible = Delivery.objects.visible_to(request.access).filter(pk__in=[each.pk for each in sent])
    open_to_them = set(visible.values_list("pk", flat=True))
    return [each for each in sent if each.pk in open_to_them][:TESTS_SHOWN]
