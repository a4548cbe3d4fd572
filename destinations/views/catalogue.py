"""What business users see of destinations: only those they may use, and their templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from destinations.fitting import misfits
from destinations.history import deliveries_to, last_deliveries
from destinations.models import DataTemplate, Destination
from ui import formats

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.access import Access
    from accounts.typing import TenantRequest
    from destinations.delivery.specs import Guards
    from destinations.querysets import DestinationQuerySet


LATEST = 5


def _visible_destinations(access: Access) -> DestinationQuerySet[Any]:
    """With the templates that this person may use as `open_templates`."""
    templates = DataTemplate.objects.visible_to(access).order_by("name")
    shown = Destination.objects.visible_to(access).select_related("credential")
    return shown.prefetch_related(Prefetch("templates", templates, to_attr="open_templates"))


@require_safe
@require_action("destination:view")
def destinations(request: TenantRequest) -> HttpResponse:
    shown = list(_visible_destinations(request.access))
    latest = last_deliveries(shown, request.access)
    rows = [(entry, latest.get(entry.pk)) for entry in shown]
    return render(request, "destinations/destinations.html", {"destinations": rows})


@require_safe
@require_action("destination:view")
def destination(request: TenantRequest, destination_id: int) -> HttpResponse:
    shown = get_object_or_404(_visible_destinations(request.access), pk=destination_id)
    settings = shown.connector_settings()
    context = {
        "destination": shown,
        "settings": settings,
        "guard_words": guard_words(settings.guards),
        "misfits": misfits(request.access, shown),
        "deliveries": deliveries_to([shown], request.access)[:LATEST],
    }
    return render(request, "destinations/destination.html", context)


def guard_words(guards: Guards) -> list[str]:
    """When a send waits for a person, in words."""
    told = {
        "for an empty audience": guards.empty_audience,
        f"when more than {guards.max_change_percent} % would change": guards.max_change_percent,
        f"for more than {formats.number(guards.max_removals or 0)} removals": guards.max_removals,
        "when today's calls would not suffice": guards.daily_calls,
    }
    return [words for words, guarded in told.items() if guarded]
