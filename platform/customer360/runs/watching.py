"""How a page watches a run: only the progress is re-rendered, so that no click on the button beside it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.shortcuts import render

from customer360.runs.models import EngineRun

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest
    from customer360.runs.working import Runner

Run = TypeVar("Run", bound=EngineRun)
PROGRESS = "run-progress"
"""The id of what `customer360/runs/progress.html` renders."""


def progress_alone(request: TenantRequest, runner: Runner[Run], run: Run) -> HttpResponse | None:
    """The response while the run is open; None when it has ended or the whole page is asked for."""
    runner.end_if_lost(run)
    if request.htmx.target != PROGRESS or not run.is_open:
        return None
    context = {"run": run, "share": runner.progress_of(run), "address": request.get_full_path()}
    return render(request, "customer360/runs/progress.html", context)
