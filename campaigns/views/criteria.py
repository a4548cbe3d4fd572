"""Edit criteria: the condition editor for one sub-audience of the campaign being edited."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from campaigns.audience import counting, planning
from campaigns.audience.framing import current_frame
from campaigns.audience.withholding import is_withheld
from campaigns.editor import finishing
from campaigns.editor.changed import part_place
from campaigns.editor.choices import choices_for
from campaigns.editor.criteria import with_criteria
from campaigns.editor.errors import ChangedMeanwhileError
from campaigns.errors import CampaignError, CampaignStateError
from campaigns.models import Campaign
from campaigns.services.drafting import Seen, last_step, make_change, open_content, row_of, take_back
from campaigns.services.moving import require_allowed
from campaigns.states import Command
from campaigns.views.editor import page_of
from customer360.engine.errors import EngineInterruptedError
from segments.editor import answering
from segments.editor.changes import identified
from segments.editor.desk import Desk
from segments.editor.document import Routes, Saved
from segments.errors import MovedOnError, PartGoneError, SegmentError
from segments.rules import Rules

if TYPE_CHECKING:
    from sqlglot import exp

    from accounts.models import User
    from accounts.typing import TenantRequest
    from campaigns.drafts import CampaignDraft
    from campaigns.editor.choices import Choices
    from campaigns.editor.content import Content, Part
    from campaigns.models import EditStep
    from segments.editor.changes import Change

NO_CRITERIA = "That sub-audience no longer has criteria to edit. This is the campaign as it is now."
REF = re.compile(r"-?[0-9]{1,18}")
"""A sub-audience that is not saved yet has a negative id."""


@dataclass(frozen=True)
class SubAudienceCriteria:
    """A document of the condition editor. `page` is the open page, `is_sure` its consent to override others."""

    campaign: Campaign
    content: Content
    part: Part
    revision: int
    page: str
    is_sure: bool = False

    @cached_property
    def rules(self) -> Rules:
        return identified(self.part.criteria or Rules())

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

    def may_undo(self, person: User) -> bool:
        """Only changes to criteria that already existed: this page shows nothing else."""
        step = last_step(self.campaign, person)
        return step is not None and step.place == part_place(self.part.id) and self._had_criteria(step)

    def take_back(self, *, seen: int, actor: User) -> Saved:
        if not self.may_undo(actor):
            raise SegmentError("You have no change left to undo here.")
        try:
            take_back(campaign=self.campaign, seen=Seen(self.page, seen), actor=actor)
        except CampaignError as error:
            raise SegmentError(str(error)) from None
        return Saved(self.anew(), None)

    def _had_criteria(self, step: EditStep) -> bool:
        before = step.content.part(self.part.id) if step.content else None
        return before is not None and before.rules is not None

    def at(self, revision: int) -> Rules | None:
        """Earlier criteria are not kept."""
        return self.rules if revision == self.revision else None

    def anew(self) -> SubAudienceCriteria:
        criteria = _criteria(self.campaign, self.part.id, page=self.page, is_sure=self.is_sure)
        if criteria is None:
            raise SegmentError(NO_CRITERIA)
        return criteria

    def earlier_with(self, condition: str) -> Rules:
        """Earlier criteria are not kept."""
        raise PartGoneError(f"The condition {condition} was removed. Add it again.")


@require_safe
@require_action("campaign:edit")
def criteria(request: TenantRequest, campaign_id: int, ref: str) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    try:
        require_allowed(campaign, Command.EDIT)
    except CampaignStateError:
        return redirect("edit_campaign", campaign.pk)
    if not (desk := _found(request, campaign_id, ref)):
        messages.info(request, NO_CRITERIA)
        return redirect("edit_campaign", campaign.pk)
    if desk.document.routes.page != request.path:
        return redirect(desk.document.routes.page)
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
    """How many of the campaign's audience match, then (`only=placed`) how many of those are assigned here."""
    desk = _desk(request, campaign_id, ref)
    return _placed(desk) if request.GET.get("only") == "placed" else answering.live_count(desk)


def _placed(desk: CriteriaDesk) -> HttpResponse:
    """Empty where it can't be counted: the campaign's editor says why."""
    try:
        shown = counting.shown(
            finishing.countable(desk.draft, desk.choices),
            desk.document.campaign,
            desk.request.access,
            asker=answering.page_key(desk),
        )
    except EngineInterruptedError:
        return HttpResponse(status=204)
    sizes = shown["summary"].counts.sizes if "summary" in shown else {}
    context = {"placed": sum(sizes.get(group.id, 0) for group in desk.document.part.groups), "known": bool(sizes)}
    return render(desk.request, "campaigns/editor/_placed.html", context)


@require_POST
@require_action("campaign:edit")
def undo(request: TenantRequest, campaign_id: int, ref: str) -> HttpResponse:
    return answering.undo(_desk(request, campaign_id, ref))


@require_safe
@require_action("campaign:edit")
def sql(request: TenantRequest, campaign_id: int, ref: str) -> HttpResponse:
    return answering.sql(_desk(request, campaign_id, ref))


@require_safe
@require_action("campaign:edit")
def values(request: TenantRequest, campaign_id: int, ref: str) -> HttpResponse:
    return answering.values(_desk(request, campaign_id, ref))


@dataclass(frozen=True)
class CriteriaDesk(Desk):
    """Counts among the campaign's audience, or all customers while it has none."""

    document: SubAudienceCriteria

    @cached_property
    def choices(self) -> Choices:
        return choices_for(self.request.access, self.document.content)

    @cached_property
    def draft(self) -> CampaignDraft:
        return finishing.draft_of(self.document.content, self.choices)

    @property
    def withholds(self) -> bool:
        return is_withheld(self.draft, self.request.access)

    @property
    def within(self) -> exp.Expr | None:
        return planning.members_of(self.draft, current_frame()) if self.draft.include else None

    @property
    def whom(self) -> str:
        return "in the audience" if self.draft.include else "customers: the campaign has no audience yet"

    @property
    def also_counted(self) -> str:
        """Earlier sub-audiences may take some of those who match."""
        content = self.document.content
        is_first = content.parts[0].id == self.document.part.id
        is_divided = self.draft.include and content.first_match_only and not is_first
        return f"{self.routes.count}?only=placed" if is_divided else ""


def _desk(request: TenantRequest, campaign_id: int, ref: str) -> CriteriaDesk:
    """Raises Http404 where there is no such sub-audience, or it has no readable criteria of its own."""
    desk = _found(request, campaign_id, ref)
    if desk is None:
        raise Http404
    return desk


def _found(request: TenantRequest, campaign_id: int, ref: str) -> CriteriaDesk | None:
    campaign = get_object_or_404(Campaign, pk=campaign_id)
    if not REF.fullmatch(ref):
        raise Http404
    page = page_of(request.POST or request.GET)
    document = _criteria(campaign, int(ref), page=page, is_sure="again" in request.POST)
    return CriteriaDesk(request, document) if document else None


def _criteria(campaign: Campaign, part_id: int, *, page: str, is_sure: bool) -> SubAudienceCriteria | None:
    """The criteria of the sub-audience that has this id, or had it before it was saved."""
    content, revision = open_content(campaign)
    part = content.part(part_id) or content.part(row_of(campaign, part_id))
    if part is None or part.criteria is None:
        return None
    return SubAudienceCriteria(campaign, content, part, revision, page, is_sure)
