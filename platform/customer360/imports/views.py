"""Import pages: choosing a file, confirming the proposal, and the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from accounts.decorators import require_action
from customer360 import storage, tasks
from customer360.errors import Customer360Error
from customer360.imports import confirming, folder, forms, reports
from customer360.imports import services as imports
from customer360.imports.jobs import is_cancel_requested, progress_of
from customer360.imports.proposing import propose_again, propose_import
from customer360.imports.receiving import Receiver, receives_file, too_large
from customer360.models import Import
from ui.downloads import csv_download

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse, HttpResponseBase

    from accounts.typing import TenantRequest

IMPORTS_PER_PAGE = 30
REJECTS_PER_PAGE = 100


@require_safe
@require_action("import:view")
def imports_list(request: TenantRequest) -> HttpResponse:
    found = Import.objects.select_related("table", "started_by")
    page = Paginator(found, IMPORTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "customer360/imports/list.html", {"page": page})


@require_safe
@require_action("import:run")
def new(request: TenantRequest) -> HttpResponse:
    return _choose(request, forms.UploadForm(initial={"table": request.GET.get("table")}))


@require_POST
@require_action("import:upload")
@receives_file
def upload(request: TenantRequest, *, receiver: Receiver) -> HttpResponseBase:
    request.access.require("import:run")
    form = forms.UploadForm(request.POST, request.FILES)
    if receiver.refusal:
        form.errors.clear()
        form.add_error("file", receiver.refusal)
    if form.is_valid() and receiver.path is not None:
        return _propose(request, form, receiver.path, receiver.file_name_given)
    receiver.discard()
    return _choose(request, form)


@require_POST
@require_action("import:run")
def from_folder(request: TenantRequest) -> HttpResponseBase:
    form = forms.FolderForm(request.POST)
    if not form.is_valid():
        return redirect("new_import")
    try:
        path = folder.path_of(form.cleaned_data["name"])
    except Customer360Error as error:
        messages.error(request, str(error))
        return redirect("new_import")
    return _propose(request, form, path, path.name)


@require_safe
@require_action("import:view")
def import_page(request: TenantRequest, import_id: int) -> HttpResponseBase:
    """The import in its current state: to be confirmed, under way, or ended."""
    shown = _import(import_id)
    if shown.status == Import.Status.PROPOSED and request.access.can("import:run"):
        return _confirm(request, shown, confirming.Confirmation.of(shown))
    if request.htmx and not shown.is_under_way:
        return HttpResponseClientRefresh()  # the whole page changes when it ends
    return render(request, "customer360/imports/import.html", _told(request, shown))


@require_POST
@require_action("import:run")
def read_again(request: TenantRequest, import_id: int) -> HttpResponseBase:
    """Renews the proposal when the file's format was detected wrongly."""
    shown = _import(import_id)
    form = forms.WritingForm(request.POST)
    if form.is_valid():
        try:
            propose_again(import_=shown, said=form.said)
        except Customer360Error as error:
            messages.error(request, str(error))
    return redirect("import", import_id)


@require_POST
@require_action("import:run")
def start(request: TenantRequest, import_id: int) -> HttpResponseBase:
    shown = _import(import_id)
    confirmation = confirming.Confirmation.of(shown, request.POST)
    if confirmation.is_valid():
        try:
            with transaction.atomic():
                imports.start_import(
                    import_=shown,
                    actor=request.user,
                    restricted_pii=request.access.restricted_pii,
                    **confirmation.decided,
                )
                tasks.run_import.enqueue(import_id=import_id)
        except Customer360Error as error:
            confirmation.target.add_error(None, str(error))
        else:
            return redirect("import", import_id)
    return _confirm(request, shown, confirmation)


@require_POST
@require_action("import:run")
def try_again(request: TenantRequest, import_id: int) -> HttpResponseBase:
    """Proposes a failed import again, to be confirmed with other choices."""
    try:
        proposed = imports.propose_anew(import_=_import(import_id), actor=request.user)
    except Customer360Error as error:
        messages.error(request, str(error))
        return redirect("import", import_id)
    return redirect("import", proposed.pk)


@require_POST
@require_action("import:run")
def cancel(request: TenantRequest, import_id: int) -> HttpResponseRedirect:
    imports.cancel_import(import_=_import(import_id))
    return redirect("import", import_id)


@require_safe
@require_action("import:download")
def rejects_csv(request: TenantRequest, import_id: int) -> HttpResponseBase:
    """Lines, columns and reasons; the report contains no data values."""
    path = reports.report_path(_import(import_id))
    if path is None:
        raise Http404
    rows = ((str(reject.line), reject.column, reports.in_words(reject)) for reject in reports.rejects(path))
    return csv_download(f"rejects-{import_id}.csv", reports.HEADER, rows)


def _import(import_id: int) -> Import:
    found: Import = get_object_or_404(
        Import.objects.select_related("table", "started_by", "version"), pk=import_id
    )
    return found


def _choose(request: TenantRequest, form: forms.UploadForm) -> HttpResponse:
    context = {
        "form": form,
        "folder_form": forms.FolderForm(auto_id=False),
        "has_folder": folder.folder() is not None,
        "files": folder.files(),
        "most_bytes": settings.IMPORT_MAX_BYTES,
        "too_large": too_large(),
        "may_upload": request.access.can("import:upload"),
    }
    return render(request, "customer360/imports/new.html", context)


def _propose(request: TenantRequest, form: forms.SourceForm, source: Path, file_name: str) -> HttpResponseBase:
    try:
        proposed = propose_import(
            source=source, file_name=file_name, table=form.cleaned_data["table"], started_by=request.user
        )
    except Customer360Error as error:
        if storage.is_ours(source):
            source.unlink(missing_ok=True)
        messages.error(request, f"{file_name}: {error}")
        return _go(request, redirect("new_import"))
    return _go(request, redirect("import", proposed.pk))


def _go(request: TenantRequest, answer: HttpResponseRedirect) -> HttpResponseBase:
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer


def _confirm(request: TenantRequest, shown: Import, confirmation: confirming.Confirmation) -> HttpResponse:
    hidden = request.access.restricted_pii
    context = {
        "import": shown,
        "confirmation": confirmation,
        "look": None if hidden else confirming.look_again(shown),
        "is_redacted": hidden,
        "left_out": confirming.columns_left_out(shown),
        "too_many": confirming.columns_too_many(shown),
    }
    return render(request, "customer360/imports/confirm.html", context)


def _told(request: TenantRequest, shown: Import) -> dict[str, Any]:
    path = reports.report_path(shown)
    page = Paginator(range(reports.count(path) if path else 0), REJECTS_PER_PAGE).get_page(request.GET.get("page"))
    rows = reports.rejects(path, first=page.start_index() - 1, most=REJECTS_PER_PAGE) if path else ()
    return {
        "import": shown,
        "progress": progress_of(shown) if shown.is_under_way else None,
        "is_stopping": shown.is_under_way and is_cancel_requested(shown),
        "may_run": request.access.can("import:run"),
        "is_upload": storage.is_ours(storage.path_of(shown.upload)),
        "may_try_again": imports.may_be_proposed_anew(shown),
        "may_download": request.access.can("import:download"),
        "page": page,
        "has_report": path is not None,
        "rejects": [(reject, reports.in_words(reject)) for reject in rows],
    }
