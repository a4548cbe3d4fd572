from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import render

from accounts.decorators import require_action
from campaigns.models import Campaign
from campaigns.states import Status

if TYPE_CHECKING:
    from django.http import HttpResponse, QueryDict

    from accounts.typing import TenantRequest
    from campaigns.querysets import CampaignQuerySet

PAGE = 25
ORDERS = {
    "name": F("name").asc(),
    "-name": F("name").desc(),
    "sent": F("last_sent_at").asc(nulls_last=True),
    "-sent": F("last_sent_at").desc(nulls_last=True),
}


class StatusForm(forms.Form):
    status = forms.ChoiceField(choices=[("", "Every status"), *Status.choices], required=False)


class CampaignFilter:
    """What the list shows: campaigns whose name holds a word, of one status; archived ones only when asked for."""

    def __init__(self, query: QueryDict) -> None:
        self.form = StatusForm(query)
        self.sought = query.get("q", "").strip()
        self.status = query.get("status", "") if query.get("status", "") in Status.values else ""
        self._order = ORDERS.get(query.get("sort", ""))

    @property
    def is_active(self) -> bool:
        return bool(self.sought or self.status)

    def apply(self, every: CampaignQuerySet) -> CampaignQuerySet:
        found = every.filter(status=self.status) if self.status else every.not_archived()
        if self.sought:
            found = found.filter(name__icontains=self.sought)
        return found.order_by(self._order, "pk") if self._order else found


@require_action("campaign:view")
def campaigns(request: TenantRequest) -> HttpResponse:
    chosen = CampaignFilter(request.GET)
    page = Paginator(chosen.apply(Campaign.objects.with_list_details()), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "campaigns/list.html",
        {"page": page, "filter": chosen, "may_edit": request.access.can("campaign:edit")},
    )
