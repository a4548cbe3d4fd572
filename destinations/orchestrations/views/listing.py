from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from destinations.orchestrations import landing
from destinations.orchestrations.models import Orchestration, OrchestrationRun
from destinations.orchestrations.readiness import ACTIVATE, RUN
from destinations.orchestrations.reports import RunReport

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.access import Access
    from accounts.typing import TenantRequest

PAGE = 25
RUNS = 20


@require_safe
@require_action("orchestration:view")
def orchestrations(request: TenantRequest) -> HttpResponse:
    sought = request.GET.get("q", "").strip()
    every = Orchestration.objects.visible_to(request.access)
    found = every.filter(name__icontains=sought) if sought else every
    page = Paginator(found.whole().with_last_run(request.access), PAGE).get_page(request.GET.get("page"))
    rows = [(each, _report(each, request.access)) for each in page.object_list]
    context = {"page": page, "rows": rows, "sought": sought, **permissions(request.access)}
    return render(request, "orchestrations/list.html", context)


@require_safe
@require_action("orchestration:view")
def orchestration(request: TenantRequest, orchestration_id: int) -> HttpResponse:
    """What it sends, and how its runs went."""
    shown = get_object_or_404(Orchestration.objects.visible_to(request.access).whole(), pk=orchestration_id)
    runs = OrchestrationRun.objects.visible_to(request.access).filter(orchestration=shown)
    page = Paginator(runs.whole(), RUNS).get_page(request.GET.get("page"))
    reports = [RunReport(run, request.access) for run in page.object_list]
    context = {
        "orchestration": shown,
        "places": landing.places(shown),
        "page": page,
        "reports": reports,
        "report": next((report for report in reports if not report.run.is_dry), None),
        "is_under_way": any(report.is_under_way for report in reports),
        **permissions(request.access),
    }
    template = "orchestrations/_runs.html" if request.htmx else "orchestrations/detail.html"
    return render(request, template, context)


@require_safe
@require_action("orchestration:view")
def status(request: TenantRequest, orchestration_id: int) -> HttpResponse:
    """The Status column of one orchestration, which asks again until its run has ended."""
    visible = Orchestration.objects.visible_to(request.access).with_last_run(request.access)
    shown = get_object_or_404(visible, pk=orchestration_id)
    return render(
        request, "orchestrations/_status.html", {"orchestration": shown, "report": _report(shown, request.access)}
    )


def _report(orchestration: Orchestration, access: Access) -> RunReport | None:
    runs: list[OrchestrationRun] = getattr(orchestration, "last_runs", [])
    return RunReport(runs[0], access) if runs else None


def permissions(access: Access) -> dict[str, Any]:
    return {
        "may_edit": access.can("orchestration:edit"),
        "may_run": access.can(RUN) and access.can(ACTIVATE),
    }
