from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.decorators import require_action
from campaigns import counting
from campaigns.errors import CampaignChangedError, CampaignDraftError, CampaignStateError
from campaigns.forms import CampaignForm
from campaigns.models import Campaign, new_assignment_key
from campaigns.services.editing import create_campaign, edit_campaign
from campaigns.states import Command

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest


@require_action("campaign:edit")
def create(request: TenantRequest) -> HttpResponse:
    form = CampaignForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(create_campaign(draft=form.draft(), actor=request.user))
        except CampaignDraftError as error:
            form.add_problems(error)
    return _editor(request, form)


@require_action("campaign:edit")
def edit(request: TenantRequest, campaign_id: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.whole(), pk=campaign_id)
    if not campaign.may(Command.EDIT):
        messages.warning(request, f"“{campaign}” can't be changed while it is {campaign.get_status_display()}.")
        return redirect(campaign)
    form = CampaignForm(request.POST or None, access=request.access, campaign=campaign)
    if request.method == "POST" and form.is_valid() and _saved(request, campaign, form):
        return redirect(campaign)
    return _editor(request, form)


@require_action("campaign:edit")
@require_POST
def count(request: TenantRequest, campaign_id: int | None = None) -> HttpResponse:
    """The numbers of what is in the editor now, saved or not."""
    campaign = get_object_or_404(Campaign.objects.whole(), pk=campaign_id) if campaign_id else None
    form = CampaignForm(request.POST, access=request.access, campaign=campaign)
    form.fields["name"].required = False
    if not form.is_valid():
        return render(
            request, "campaigns/_counts.html", {"problem": "The numbers follow when the form is complete."}
        )
    key = campaign.assignment_key if campaign else new_assignment_key()
    return render(request, "campaigns/_counts.html", counting.shown(form.draft(), assignment_key=key))


def _saved(request: TenantRequest, campaign: Campaign, form: CampaignForm) -> bool:
    try:
        edit_campaign(
            campaign=campaign, draft=form.draft(), revision=form.cleaned_data["revision"], actor=request.user
        )
    except CampaignDraftError as error:
        form.add_problems(error)
    except (CampaignChangedError, CampaignStateError) as error:
        form.add_error(None, str(error))
    return not form.errors


def _editor(request: TenantRequest, form: CampaignForm) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"form": form, "campaign": form.campaign, "total_labels": counting.LABELS}
    return render(request, "campaigns/editor.html", context, status=status)
