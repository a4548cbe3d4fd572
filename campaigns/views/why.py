"""“Why is this customer (not) here?” By POST, as the search is personal data and must not be in an address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django import forms
from django.db import transaction
from django.shortcuts import get_object_or_404, render

from accounts.decorators import require_action
from audit import services as audit
from campaigns.audience import planning
from campaigns.audience.withholding import is_run_withheld, refuse_withheld, refuse_withheld_run
from campaigns.models import Campaign, CampaignRun
from campaigns.runs import recipients_file
from campaigns.why import explaining, outcomes
from campaigns.why.explanations import Explanation, place_of
from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error
from segments.errors import SegmentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from django.http import HttpResponse

    from accounts.access import Access
    from accounts.typing import TenantRequest
    from campaigns.why.explaining import Basis
    from campaigns.why.explanations import Place
    from campaigns.why.verdicts import Found

REFUSALS = (Customer360Error, EngineError, SegmentError)
NOW = ""
RUNS_OFFERED = 100


class WhyForm(forms.Form):
    sought = forms.CharField(max_length=254, label="E-mail or customer key")
    run = forms.ChoiceField(label="When", required=False)

    def __init__(self, data: Any = None, *, campaign: Campaign, chosen: str = NOW, restricted: bool) -> None:
        super().__init__(data, initial={"run": chosen})
        if restricted:
            self.fields["sought"].label = "Customer key"
        runs = CampaignRun.objects.recorded().exclude(plan={}).filter(campaign=campaign)
        numbers = runs.values_list("number", flat=True)[:RUNS_OFFERED]
        when = self.fields["run"]
        assert isinstance(when, forms.ChoiceField)  # noqa: S101  for the type checker
        when.choices = [(NOW, "If it were sent now"), *((str(number), f"Run {number}") for number in numbers)]


@require_action("campaign:view")
def why(request: TenantRequest, campaign_id: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.whole(), pk=campaign_id)
    restricted = request.access.restricted_pii
    chosen = request.GET.get("run", NOW)
    form = WhyForm(request.POST or None, campaign=campaign, chosen=chosen, restricted=restricted)
    context: dict[str, Any] = {"campaign": campaign, "form": form, "redacted": restricted}
    if request.method == "POST" and form.is_valid():
        sought, number = form.cleaned_data["sought"], form.cleaned_data["run"]
        with transaction.atomic():
            changes = {"run": number} if number else {}
            audit.record(action="campaign:looked_up", subject=campaign, actor=request.user, changes=changes)
        context |= _answer(request.access, campaign, sought, number)
    return render(request, "campaigns/why.html", context)


def _answer(access: Access, campaign: Campaign, sought: str, number: str) -> dict[str, Any]:
    run = CampaignRun.objects.whole().get(campaign=campaign, number=number) if number else None
    try:
        basis = _basis(access, campaign, run)
        found = explaining.find(basis, sought, restricted=access.restricted_pii)
    except REFUSALS as error:
        return {"problem": str(error), "asked": True, "recorded": _recorded(run, sought, access)}
    return {"explanations": [_explained(basis, each, access) for each in found], "run": run, "asked": True}


def _basis(access: Access, campaign: Campaign, run: CampaignRun | None) -> Basis:
    """Raises SegmentError where personal data decides and this person may not see it."""
    if run is None:
        refuse_withheld(planning.draft_of(campaign), access)
        return explaining.present(campaign)
    refuse_withheld_run(run, access)
    return explaining.past(run)


def _recorded(run: CampaignRun | None, sought: str, access: Access) -> list[dict[str, object]]:
    if run is None or is_run_withheld(run, access):
        return []
    return recipients_file.places(run, sought, restricted=access.restricted_pii)


def _explained(basis: Basis, found: Found, access: Access) -> Explanation:
    hidden = access.restricted_pii and basis.frame.schema.profiles.key_is_pii
    return Explanation(found, basis.draft, tuple(_places(basis, found, access)), None if hidden else found.key)


def _places(basis: Basis, found: Found, access: Access) -> Iterator[Place]:
    for ids in found.places:
        place = place_of(found, basis.draft, ids)
        if place is not None:
            yield replace(place, outcomes=tuple(_outcomes(basis, place, found.key, access)))


def _outcomes(basis: Basis, place: Place, key: str, access: Access) -> Iterator[outcomes.Outcome]:
    if place.group.is_control or place.group.id is None:
        return
    if basis.run is not None:
        yield from outcomes.of_run(basis.run, place.group.id, key, access)
    else:
        yield from outcomes.expected(place.group.id, key, basis.versions, access)
