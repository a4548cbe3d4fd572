"""Runs of a query: starting, watching and cancelling them, and downloading results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from accounts.decorators import require_action
from audit import services as audit
from customer360.errors import QueryError, QueryRefusedError
from customer360.queries.forms import SqlForm
from customer360.queries.models import Query, QueryRun
from customer360.queries.results import SHOWN_ROWS, Result
from customer360.queries.running import RUNS, start_run
from customer360.runs.watching import progress_alone
from ui.downloads import csv_download

if TYPE_CHECKING:
    from django.http import HttpResponse, StreamingHttpResponse

    from accounts.typing import TenantRequest

UNREADABLE = "There is a character in the text that can't be part of a query. Remove it."


@require_POST
@require_action("query:run")
def start(request: TenantRequest) -> HttpResponse:
    """Runs the text in the editor, saved or not."""
    form = SqlForm(request.POST)
    if not form.is_valid():
        return render(request, "queries/_run.html", {"refusal": UNREADABLE})
    pk = form.cleaned_data["query"]
    query = get_object_or_404(Query, pk=pk) if pk else None
    try:
        run = start_run(
            sql=form.cleaned_data["sql"],
            query=query,
            actor=request.user,
            restricted_pii=request.access.restricted_pii,
        )
    except QueryRefusedError as error:
        return render(request, "queries/_run.html", {"problems": error.problems})
    except QueryError as error:
        return render(request, "queries/_run.html", {"refusal": str(error)})
    return _shown(request, run)


@require_safe
@require_action("query:view")
def show(request: TenantRequest, run_id: int) -> HttpResponse:
    """The run's progress, or its result; the page polls until it has ended."""
    run = _found(request, run_id)
    if progress := progress_alone(request, RUNS, run):
        return progress
    return reswap(retarget(_shown(request, run), "#result"), "innerHTML")


@require_POST
@require_action("query:run")
def cancel(request: TenantRequest, run_id: int) -> HttpResponse:
    run = _found(request, run_id)
    RUNS.cancel(run)
    run.refresh_from_db()
    return _shown(request, run, is_cancelling=run.is_open)


@require_safe
@require_action("query:download")
def download(request: TenantRequest, run_id: int) -> StreamingHttpResponse:
    """All kept rows as CSV, personal data redacted for people who may not see it."""
    run = _found(request, run_id)
    result = Result(run, request.access)
    if not result.is_kept:
        raise Http404
    if result.is_withheld:
        request.access.require("pii:view")
    with transaction.atomic():
        audit.record(
            action="query:downloaded", subject=run.query, actor=request.user, changes={"rows": run.row_count}
        )
    name = slugify(str(run.query)) if run.query else ""
    header = [column.name for column in result.columns]
    return csv_download(f"{name or 'query'}-{run.pk}.csv", header, result.all_rows())


def _found(request: TenantRequest, run_id: int) -> QueryRun:
    """The run; only its starter can find a run of an unsaved query."""
    visible = QueryRun.objects.filter(Q(query__isnull=False) | Q(started_by=request.user))
    found: QueryRun = get_object_or_404(visible.select_related("query", "started_by"), pk=run_id)
    return found


def _shown(request: TenantRequest, run: QueryRun, *, is_cancelling: bool = False) -> HttpResponse:
    context = {
        "run": run,
        "is_cancelling": is_cancelling,
        "share": RUNS.progress_of(run) if run.is_open else None,
        "may_run": request.access.can("query:run"),
        "may_download": request.access.can("query:download"),
        "shown_rows": SHOWN_ROWS,
    }
    if run.status == QueryRun.Status.COMPLETED:
        context["result"] = Result(run, request.access)
    return render(request, "queries/_run.html", context)
