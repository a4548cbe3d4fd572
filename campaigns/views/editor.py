"""The Campaign Editor: one page that saves as you go."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.decorators import require_action
from campaigns.audience import counting
from campaigns.audience.expectations import empty_groups
from campaigns.audience.lowering import lowered
from campaigns.editor import attribute_panel, finishing
from campaigns.editor.changed import Show
from campaigns.editor.changes import CHANGES, kinds_of
from campaigns.editor.choices import choices_for
from campaigns.editor.errors import ChangedMeanwhileError, ChangeRefusedError
from campaigns.editor.posted import Posted
from campaigns.editor.screen import Screen
from campaigns.editor.sizes import sizes_of
from campaigns.errors import CampaignDraftError, CampaignStateError, CampaignUnsureError
from campaigns.forms import NewCampaignForm
from campaigns.models import Campaign
from campaigns.services.drafting import (
    Seen,
    apply_edit,
    change_edit,
    discard_edit,
    last_step,
    open_content,
    require_seen,
    take_back,
)
from campaigns.services.moving import require_allowed
from campaigns.states import Command
from customer360.engine.errors import EngineInterruptedError
from destinations.schedules.forms import ScheduleForm
from destinations.schedules.preview import Preview

if TYPE_CHECKING:
    from typing import Any

    from accounts.typing import TenantRequest
    from campaigns.editor.choices import Choices
    from campaigns.editor.content import Content, Timing
    from campaigns.services.drafting import Kept

UNDO = "undo"
ENTRIES_SHOWN = 8
UNPROCESSABLE = 422
MOST_DIGITS, MOST_OF_A_TOKEN = 12, 40


@require_http_methods(["GET", "POST"])
@require_action("campaign:edit")
def create(request: TenantRequest) -> HttpResponse:
    form = NewCampaignForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (campaign := form.save(request.user)):
        return redirect("edit_campaign", campaign.pk)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "campaigns/create.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@require_action("campaign:edit")
def edit(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """The editor; a POST makes the one change named by `change`."""
    if request.method == "POST":
        return _changed(request, get_object_or_404(Campaign, pk=campaign_id))
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    try:
        require_allowed(campaign, Command.EDIT)
    except CampaignStateError as error:
        messages.warning(request, str(error))
        return redirect(campaign)
    return render(request, "campaigns/editor.html", _whole(request, campaign))


@require_safe
@require_action("campaign:edit")
def count(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """The numbers for the editor's content: first the totals (`only=totals`), which then request the rest.

    A newer request from the same page ends this one with an empty response.
    """
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    content, _ = open_content(campaign)
    screen = Screen(content, choices_for(request.access, content))
    try:
        return _counted(request, campaign, screen)
    except EngineInterruptedError:
        return HttpResponse(status=204)


def _counted(request: TenantRequest, campaign: Campaign, screen: Screen) -> HttpResponse:
    draft = finishing.countable(finishing.draft_of(screen.content, screen.choices), screen.choices)
    frame = screen.choices.frame
    asker = f"campaign:{campaign.pk}:{page_of(request.GET)}"
    if request.GET.get("only") == "totals":
        shown = counting.shown_totals(draft, frame=frame, access=request.access, asker=asker)
        context = {"only_totals": True, "screen": screen, **shown}
        answer = render(request, "campaigns/editor/_numbers.html", context)
        return trigger_client_event(answer, "totals", after="settle") if "summary" in shown else answer
    shown = counting.shown(draft, campaign, request.access, frame=frame, asker=asker)
    sizes = sizes_of(screen, shown["summary"]) if "summary" in shown else []
    return render(request, "campaigns/editor/_numbers.html", {"sizes": sizes, "screen": screen, **shown})


@require_http_methods(["GET", "POST"])
@require_action("campaign:edit")
def attributes(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """The dialog Edit attributes; a POST saves it, or shows it again with what is wrong."""
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    content, _ = open_content(campaign)
    posted = _posted(request, content)
    try:
        panel = (
            attribute_panel.filled(content, posted)
            if request.method == "POST"
            else attribute_panel.opened(content, posted)
        )
    except ChangeRefusedError as error:
        return render(request, "campaigns/editor/_refused.html", {"error": error})
    if request.method == "POST" and not panel.problems:
        return _changed(request, campaign)
    return render(request, "campaigns/editor/_attributes.html", {"campaign": campaign, "panel": panel})


@require_POST
@require_action("campaign:edit")
def save(request: TenantRequest, campaign_id: int) -> HttpResponse:
    """Saves the edits as the campaign, and shows its page, from which it can be sent."""
    campaign = get_object_or_404(Campaign.objects.whole(), pk=campaign_id)
    seen = _seen(request)
    try:
        require_seen(campaign, seen)
        doubts, expected = _looked_at(request, campaign)
        if doubts and not seen.is_sure:
            return render(request, "campaigns/editor/_sure.html", {"campaign": campaign, "questions": doubts})
        apply_edit(campaign=campaign, access=request.access, actor=request.user, seen=seen, expected=expected)
    except ChangedMeanwhileError as error:
        unseen = {"campaign": campaign, "theirs": error.theirs[-ENTRIES_SHOWN:]}
        return render(request, "campaigns/editor/_unseen.html", unseen)
    except (CampaignDraftError, CampaignStateError, CampaignUnsureError) as error:
        return render(request, "campaigns/editor/_refused.html", {"error": error})
    return HttpResponseClientRedirect(campaign.get_absolute_url())


def _looked_at(request: TenantRequest, campaign: Campaign) -> tuple[list[str], int | None]:
    """What can be saved but is hardly intended, and the audience's size; empty while it can't be saved."""
    content, _ = open_content(campaign)
    choices = choices_for(request.access, content)
    if finishing.problems(content, choices):
        return [], None
    draft = finishing.draft_of(content, choices)
    shown = counting.shown(draft, campaign, request.access)
    summary = shown.get("summary")
    empty = empty_groups(summary) if summary and draft.include else []
    doubts = [*(each.question for each in lowered(campaign, draft)), *(each.warning for each in empty)]
    return doubts, summary.counts.total if summary else None


@require_POST
@require_action("campaign:edit")
def discard(request: TenantRequest, campaign_id: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    discard_edit(campaign=campaign, actor=request.user)
    messages.success(request, "The changes are discarded. The campaign is as it was last saved.")
    return redirect(campaign)


def _changed(request: TenantRequest, campaign: Campaign) -> HttpResponse:
    read: list[Posted] = []
    try:
        kept = _kept(request, campaign, read)
    except ChangedMeanwhileError as error:
        return render(request, "campaigns/editor/_meanwhile.html", _dispute(request, campaign, error))
    except (ChangeRefusedError, CampaignStateError) as error:
        return render(request, "campaigns/editor/_refused.html", {"error": error})
    choices = read[0].choices if read else choices_for(request.access, kept.changed.content)
    return _drawn(request, campaign, kept, choices)


def _kept(request: TenantRequest, campaign: Campaign, read: list[Posted]) -> Kept:
    """Makes the change; what was read for it is left in `read`, for rendering."""

    def posted(content: Content) -> Posted:
        read.append(_posted(request, content))
        return read[0]

    change, seen = request.POST.get("change", ""), _seen(request)
    if change == UNDO:
        return take_back(campaign=campaign, seen=seen, actor=request.user)
    return change_edit(
        campaign=campaign,
        change=change,
        posted=posted,
        seen=seen,
        actor=request.user,
    )


def _posted(request: TenantRequest, content: Content) -> Posted:
    values = request.POST if request.method == "POST" else request.GET
    return Posted(values, choices_for(request.access, content), request.tenant.zone)


def _seen(request: TenantRequest) -> Seen:
    revision = request.POST.get("revision", "")
    number = int(revision) if revision.isdecimal() and len(revision) < MOST_DIGITS else 0
    return Seen(page_of(request.POST), number, is_sure=request.POST.get("sure") == "yes")


def page_of(values: QueryDict) -> str:
    """The open page's own id."""
    return re.sub(r"[^A-Za-z0-9_-]", "", values.get("page", ""))[:MOST_OF_A_TOKEN]


def _drawn(request: TenantRequest, campaign: Campaign, kept: Kept, choices: Choices) -> HttpResponse:
    """The parts of the page that the change touches; all of it where others have changed something as well."""
    content = kept.changed.content
    screen = Screen(content, choices)
    show = Show.ALL if kept.is_behind else kept.changed.show
    context = {
        "campaign": campaign,
        "screen": screen,
        "step": kept.step,
        "revision": kept.edit.revision,
        "saved_at": kept.edit.changed_at,
        "missed": kept.is_behind,
        "show": show,
        "part_row": screen.part(kept.changed.part),
        "total_labels": counting.LABELS,
    }
    if show in {Show.ALL, Show.TIMING}:
        context |= _timing(request, content.timing)
    answer = render(request, "campaigns/editor/_changed.html", context)
    if show is Show.ALL or CHANGES[request.POST["change"]].changes_numbers:
        trigger_client_event(answer, "recount", after="settle")
    return answer


def _whole(request: TenantRequest, campaign: Campaign) -> dict[str, Any]:
    content, revision = open_content(campaign)
    return {
        "campaign": campaign,
        "screen": Screen(content, choices_for(request.access, content)),
        "revision": revision,
        "step": last_step(campaign, request.user),
        "page": secrets.token_urlsafe(8),
        "total_labels": counting.LABELS,
        **_timing(request, content.timing),
    }


def _timing(request: TenantRequest, timing: Timing) -> dict[str, Any]:
    if timing.at_once:
        return {}
    answers = _as_posted(timing.answers) if timing.answers else None
    form = ScheduleForm(answers, zone=request.tenant.zone, stored=timing.schedule, kinds=kinds_of(timing))
    return {
        "schedule_form": form,
        "schedule_preview": Preview(timing.schedule) if timing.schedule else None,
    }


def _as_posted(answers: dict[str, list[str]]) -> Any:
    posted = QueryDict(mutable=True)
    for name, values in answers.items():
        posted.setlist(name, values)
    return posted


def _dispute(request: TenantRequest, campaign: Campaign, error: ChangedMeanwhileError) -> dict[str, Any]:
    kept = [
        (name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"
    ]
    return {"campaign": campaign, "theirs": error.theirs[-ENTRIES_SHOWN:], "mine": error.mine, "fields": kept}
