from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import render

from accounts.decorators import require_action
from accounts.models import User
from campaigns.audience.withholding import withheld_among
from campaigns.models import Campaign
from campaigns.offers import offered
from campaigns.states import Status
from destinations.models import Destination

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from django.db.models import QuerySet
    from django.db.models.expressions import OrderBy
    from django.http import HttpResponse

    from accounts.access import Access
    from accounts.typing import TenantRequest
    from campaigns.querysets import CampaignQuerySet
    from campaigns.states import Command

PAGE = 25
_SORTED = {"name": "name", "sent": "last_sent_at", "next": "next_run_at"}
ORDERS: dict[str, OrderBy] = {
    **{key: F(column).asc(nulls_last=True) for key, column in _SORTED.items()},
    **{f"-{key}": F(column).desc(nulls_last=True) for key, column in _SORTED.items()},
}


class CampaignFilter(forms.Form):
    """Filters campaigns by words in their name, status, destination and owner; archived ones only on request."""

    q = forms.CharField(required=False, max_length=120)
    status = forms.ChoiceField(choices=[("", "All statuses"), *Status.choices], required=False)
    destination: forms.ModelChoiceField[Destination] = forms.ModelChoiceField(
        queryset=None, required=False, empty_label="All destinations"
    )
    owner: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        queryset=None, required=False, empty_label="All owners"
    )

    def __init__(self, request: TenantRequest) -> None:
        super().__init__(request.GET)
        self._order = ORDERS.get(request.GET.get("sort", ""))
        self._offer("destination", Destination.objects.visible_to(request.access).order_by("name"))
        owners = Campaign.objects.order_by().values("owner")
        self._offer("owner", User.objects.filter(pk__in=owners).order_by("name"))
        self.is_valid()  # leaves invalid values out of `cleaned_data`

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())

    @property
    def sought(self) -> str:
        return str(self.cleaned_data.get("q", ""))

    def apply(self, every: CampaignQuerySet) -> CampaignQuerySet:
        answers = self.cleaned_data
        found = every.filter(status=answers["status"]) if answers.get("status") else every.not_archived()
        if self.sought:
            found = found.filter(name__icontains=self.sought)
        if owner := answers.get("owner"):
            found = found.filter(owner=owner)
        if destination := answers.get("destination"):
            found = found.going_to(destination)
        return found.order_by(self._order, "pk") if self._order else found

    def _offer(self, name: str, queryset: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type checker
        field.queryset = queryset


@require_action("campaign:view")
def campaigns(request: TenantRequest) -> HttpResponse:
    chosen = CampaignFilter(request)
    page = Paginator(chosen.apply(Campaign.objects.with_list_details(request.access)), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": list(_rows(page.object_list, request.access)),
        "withheld": withheld_among(page.object_list, request.access),
        "filter": chosen,
        "may_edit": request.access.can("campaign:edit"),
    }
    return render(request, "campaigns/list.html", context)


def _rows(shown: Iterable[Any], access: Access) -> Iterator[tuple[Campaign, list[Command]]]:
    for campaign in shown:  # rows of `with_list_details`
        yield campaign, offered(campaign, access, was_sent=campaign.last_sent_at is not None)
