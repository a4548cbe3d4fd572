"""The audit as a page. It lives here because the audit itself knows neither policies nor people."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from accounts.models import Membership
from audit.models import AuditEvent
from runtime import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from accounts.typing import TenantRequest

PAGE_SIZE = 50
PERIODS = [("30", "Last 30 days"), ("90", "Last 90 days"), ("365", "Last 365 days"), ("", "All")]


class AuditFilter(forms.Form):
    days = forms.ChoiceField(choices=PERIODS, required=False, label="When")
    actor = forms.ChoiceField(required=False, label="Who")
    thing = forms.ChoiceField(required=False, label="What")
    about = forms.CharField(required=False, label="Name", widget=forms.SearchInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["actor"].choices = [("", "Everyone"), ("muster", "Muster itself"), *_people()]  # type: ignore[attr-defined]
        self.fields["thing"].choices = [("", "Everything"), *_things()]  # type: ignore[attr-defined]

    def events(self) -> QuerySet[AuditEvent]:
        """An invalid choice filters nothing."""
        chosen = self.cleaned_data if self.is_valid() else {}
        events = AuditEvent.objects.all()
        if days := chosen.get("days"):
            events = events.filter(at__gte=clock.now() - timedelta(days=int(days)))
        if actor := chosen.get("actor"):
            events = events.filter(actor=None if actor == "muster" else int(actor))
        if thing := chosen.get("thing"):
            events = events.filter(action__startswith=f"{thing}:")
        if about := chosen.get("about"):
            events = events.filter(subject_name__icontains=about)
        return events


def _people() -> list[tuple[str, str]]:
    return [(str(member.user_id), str(member)) for member in Membership.objects.select_related("user")]


def _things() -> list[tuple[str, str]]:
    names = {
        action.partition(":")[0]
        for action in AuditEvent.objects.order_by().values_list("action", flat=True).distinct()
    }
    return [(name, name.replace("_", " ").capitalize()) for name in sorted(names)]


@require_safe
@require_action("audit:view")
def event_list(request: TenantRequest) -> HttpResponse:
    chosen = AuditFilter({"days": "30", **request.GET.dict()})
    page = Paginator(chosen.events(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/audit.html", {"filter": chosen, "page": page})
