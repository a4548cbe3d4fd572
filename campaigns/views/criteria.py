"""Edit criteria: the condition editor on the rules of one sub-audience, in the campaign that is being edited."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from campaigns.editor.criteria import rules_of, with_criteria
from campaigns.editor.errors import ChangedMeanwhileError
from campaigns.errors import CampaignError, CampaignStateError
from campaigns.models import Campaign
from campaigns.services.drafting import Seen, make_change, open_content
from campaigns.services.editing import require_editable
from campaigns.views.editor import page_of
from segments.editor import answering
from segments.editor.desk import Desk
from segments.editor.document import Routes, Saved
from segments.errors import MovedOnError, PartGoneError, SegmentError

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.typing import TenantRequest
    from campaigns.editor.content import Part
    from segments.editor.changes import Change
    from segments.rules import Rules

REF = re.compile(r"-?[0-9]{1,9}")
"""A sub-audience that is not saved yet has a negative id."""


@dataclass(frozen=True)
class SubAudienceCriteria:
    """A document of the condition editor. `page` is the opened page, `is_sure` its yes to go over others."""

    campaign: Campaign
    part: Part
    revision: int
    page: str
    is_sure: bool = False

    @cached_property
    def rules(self) -> Rules:
        return rules_of(self.part.rules or {})

    @property
    def segment(self) -> None:
        return None

    @cached_property
    def routes(self) -> Routes:
        return Routes(reverse("sub_audience_criteria", args=[self.campaign.pk, self.part.id]))

    def save(self, change: Change, *, seen: int, actor: User) -> Saved:
        try:
            make_change(
                campaign=self.campaign,
                make=partial(with_criteria, part_id=self.part.id, change=change),
                seen=Seen(self.page, seen, is_sure=self.is_sure),
                actor=actor,
            )
        except ChangedMeanwhileError as error:
            theirs = tuple(f"{each.person}: {each.words}" for each in error.theirs)
            raise MovedOnError(str(error), theirs) from None
        except PartGoneError as error:
            if self.is_sure:
                raise
            raise MovedOnError(str(error), ("It was removed.",)) from None
        except CampaignError as error:
            raise SegmentError(str(error)) from None
        return Saved(self.anew(), None if self.is_sure else self.rules)

    def anew(self) -> SubAudienceCriteria:
        return _criteria(self.campaign, self.part.id, page=self.page, is_sure=self.is_sure)

    def earlier_with(self, condition: str) -> Rules:
        """What criteria said before is not kept."""
        raise PartGoneError(f"The condition {condition} was removed. Add it again.")


@require_safe
@require_action("campaign:edit")
def criteria(request: TenantRequest, campaign_id: int, ref: str) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    try:
        require_editable(campaign)
    except CampaignStateError:
        return redirect("edit_campaign", campaign.pk)
    desk = _desk(request, campaign_id, ref)
    context = {"desk": desk, "campaign": campaign, "part": desk.document.part, "page": secrets.token_urlsafe(8)}
    return render(request, "campaigns/criteria.html", context)


@require_safe
@require_action("campaign:edit")
def choices(request: TenantRequest, campaign_id: int, ref: str) -> HttpResponse:
    return answering.choices(_desk(request, campaign_id, ref))


@require_POST
@require_action("campaign:edit")
def add(request: TenantRequest, campaign_id: int, ref: str) -> HttpResponse:
    return answering.add(_desk(request, campaign_id, ref))


@require_POST
@require_action("campaign:edit")
def change(request: TenantRequest, campaign_id: int, ref: str, condition_id: str) -> HttpResponse:
    return answering.change(_desk(request, campaign_id, ref), condition_id)


@require_POST
@require_action("campaign:edit")
def arrange(request: TenantRequest, campaign_id: int, ref: str) -> HttpResponse:
    return answering.arrange(_desk(request, campaign_id, ref))


@require_safe
@require_action("campaign:edit")
def count(request: TenantRequest, campaign_id: int, ref: str) -> HttpResponse:
    """How many of all customers match; how many of the campaign's audience is said in its editor."""
    return answering.live_count(_desk(request, campaign_id, ref))


@require_safe
@require_action("campaign:edit")
def values(request: TenantRequest, campaign_id: int, ref: str) -> HttpResponse:
    return answering.values(_desk(request, campaign_id, ref))


@dataclass(frozen=True)
class CriteriaDesk(Desk):
    document: SubAudienceCriteria


def _desk(request: TenantRequest, campaign_id: int, ref: str) -> CriteriaDesk:
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    if not REF.fullmatch(ref):
        raise Http404
    page = page_of(request.POST)
    return CriteriaDesk(request, _criteria(campaign, int(ref), page=page, is_sure="again" in request.POST))


def _criteria(campaign: Campaign, part_id: int, *, page: str, is_sure: bool) -> SubAudienceCriteria:
    """Raises Http404 where there is no such sub-audience, or none with criteria of its own."""
    content, revision = open_content(campaign)
    part = content.part(part_id)
    if part is None or part.rules is None:
        raise Http404
    return SubAudienceCriteria(campaign, part, revision, page, is_sure)
