"""The list of deliveries and the report of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from destinations.delivery.figures import Figures
from destinations.delivery.forecast import Forecast
from destinations.delivery.listing import Listing
from destinations.delivery.models import Delivery
from destinations.delivery.reports import BY_KEY, PAGE_ROWS, TABS, Rows
from destinations.delivery.specs import Scope

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest
    from destinations.delivery.reports import ReportRow, Tab

DELIVERIES_PER_PAGE = 30
MOST_SEARCHABLE_PAGES = 200
"""Anyone who needs more rows than these pages show should download the file."""


@require_safe
@require_action("delivery:view")
def deliveries(request: TenantRequest) -> HttpResponse:
    listing, seen = Listing.of(request.GET), Delivery.objects.visible_to(request.access)
    found = listing.found(seen).select_related("target", "started_by")
    page = Paginator(found, DELIVERIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "listing": listing, "choices": listing.choices(seen)}
    return render(request, "delivery/deliveries.html", context)


@require_safe
@require_action("delivery:view")
def delivery(request: TenantRequest, delivery_id: int) -> HttpResponse:
    shown = _delivery(request, delivery_id)
    if request.htmx and not request.htmx.boosted:
        return render(request, "delivery/components/live.html", _context(request, shown))
    return render(request, "delivery/delivery.html", _context(request, shown) | _rows_context(request, shown))


@require_POST
@require_action("delivery:view")
def search(request: TenantRequest, delivery_id: int) -> HttpResponse:
    """By POST: the search text is personal data and stays out of URLs and logs."""
    shown = _delivery(request, delivery_id)
    text = request.POST.get("q", "")
    context = _context(request, shown)
    if context["withheld"]:
        return render(request, "delivery/delivery.html", context)
    context |= {"tabs": _tabs(shown), "searched": text}
    if shown.outcomes_file and text.strip():
        rows = Rows(shown, restricted=request.access.restricted_pii)
        context |= _shown_rows(rows.find(text), rows)
    return render(request, "delivery/delivery.html", context)


def _delivery(request: TenantRequest, delivery_id: int) -> Delivery:
    visible = Delivery.objects.visible_to(request.access).select_related("target", "started_by")
    found: Delivery = get_object_or_404(visible, pk=delivery_id)
    return found


def _context(request: TenantRequest, shown: Delivery) -> dict[str, Any]:
    context: dict[str, Any] = {}
    withheld = shown.is_withheld_from(request.access)
    if shown.plan_file and _is_only_planned(shown) and not withheld:
        forecast = Forecast(shown, restricted=request.access.restricted_pii)
        context = {"forecast": forecast, "redacted": forecast.hides_something}
    return context | {
        "delivery": shown,
        "withheld": withheld,
        "figures": Figures(shown, discreet=withheld),
        "may_resolve": request.access.can("delivery:resolve"),
        "may_download": request.access.can("delivery:download") and not withheld,
    }


def _is_only_planned(shown: Delivery) -> bool:
    """None of its plan has been sent: a finished dry run, or a send that awaits approval."""
    return shown.status == Delivery.Status.HELD or (shown.extent is Scope.DRY_RUN and shown.is_finished)


def _rows_context(request: TenantRequest, shown: Delivery) -> dict[str, Any]:
    """The rows of the chosen tab, by default the first that has rows."""
    if not shown.outcomes_file or shown.is_withheld_from(request.access):
        return {}
    chosen = _chosen_tab(request, shown)
    count = min(chosen.count(shown.tally), MOST_SEARCHABLE_PAGES * PAGE_ROWS)
    page = Paginator(range(count), PAGE_ROWS).get_page(request.GET.get("page"))
    rows = Rows(shown, restricted=request.access.restricted_pii)
    return {
        "tabs": _tabs(shown, chosen),
        "tab": chosen,
        "page": page,
        **_shown_rows(rows.page(chosen, page.number), rows),
    }


def _shown_rows(shown: list[ReportRow], rows: Rows) -> dict[str, Any]:
    """Rows for which no call was made have no request to name."""
    has_requests = any(row.request_id for row in shown)
    return {"rows": shown, "has_requests": has_requests, "redacted": rows.hides_something}


def _chosen_tab(request: TenantRequest, shown: Delivery) -> Tab:
    asked = BY_KEY.get(request.GET.get("tab", ""))
    filled = (tab for tab in TABS if tab.count(shown.tally))
    return asked or next(filled, TABS[-2])


def _tabs(shown: Delivery, chosen: Tab | None = None) -> list[dict[str, Any]]:
    address = reverse("delivery", kwargs={"delivery_id": shown.pk})
    counted = [(tab, tab.count(shown.tally)) for tab in TABS]
    return [
        {"label": tab.label, "url": f"{address}?tab={tab.key}", "count": count, "current": tab is chosen}
        for tab, count in counted
        if count or tab is chosen
    ]
