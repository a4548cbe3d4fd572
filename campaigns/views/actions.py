"""The commands in a campaign's menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.decorators import require_action
from campaigns import refusals
from campaigns.errors import CampaignError
from campaigns.models import Campaign, CampaignRun
from campaigns.offers import ACTIONS
from campaigns.services import commands
from campaigns.states import Command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from accounts.typing import TenantRequest

DONE: Mapping[Command, str] = {
    Command.SCHEDULE: "“{}” is scheduled.",
    Command.UNSCHEDULE: "“{}” is a draft again and its schedule is off.",
    Command.PAUSE: "“{}” is paused.",
    Command.GO_ON: "“{}” is resumed.",
    Command.STOP: "“{}” is stopped.",
    Command.COPY: "This is a copy of “{}”, a draft.",
    Command.ARCHIVE: "“{}” is archived. The filter “Archived” still shows it.",
    Command.RESTORE: "“{}” is restored.",
    Command.DELETE: "“{}” is deleted.",
}

MOST_DIGITS = 9
STOPS = "“{}” is being stopped. What is under way finishes first."


@require_POST
@require_action("campaign:edit")
def do(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """Executes `command`; `from=list` returns to the list."""
    wanted = get_object_or_404(Campaign, pk=campaign_id)
    if request.POST.get("command") not in set(Command) - {Command.EDIT}:
        return HttpResponseBadRequest("Muster does not know this action.")
    command = Command(request.POST["command"])
    request.access.require(ACTIONS[command])
    try:
        made = commands.command(
            campaign=wanted, command=command, actor=request.user, revision=seen_revision(request)
        )
    except (CampaignError, *refusals.SENDING) as error:
        messages.error(request, str(error))
        return _back(request, wanted)
    if command in DONE:
        ends_later = isinstance(made, CampaignRun) and command is Command.STOP and not made.has_ended
        messages.success(request, (STOPS if ends_later else DONE[command]).format(wanted))
    return _onward(request, command, wanted, made)


def seen_revision(request: TenantRequest) -> int | None:
    """The campaign's revision that the page showed, if it says so."""
    posted = request.POST.get("revision", "")
    return int(posted) if posted.isdecimal() and len(posted) <= MOST_DIGITS else None


def _onward(request: TenantRequest, command: Command, wanted: Campaign, made: object) -> HttpResponse:
    if command is Command.COPY and isinstance(made, Campaign):
        return redirect("edit_campaign", made.pk)
    if command is Command.UNSCHEDULE:
        return redirect("edit_campaign", wanted.pk)
    return redirect("campaigns") if command is Command.DELETE else _back(request, wanted)


def _back(request: TenantRequest, wanted: Campaign) -> HttpResponse:
    return redirect("campaigns") if request.POST.get("from") == "list" else redirect(wanted)
