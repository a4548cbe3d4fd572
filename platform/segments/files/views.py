"""The customers of a segment as a file: requested, watched and downloaded by the same person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import retarget

from accounts.decorators import require_action
from customer360 import storage
from customer360.errors import Customer360Error
from customer360.runs.files import written_rows
from customer360.runs.watching import progress_alone
from segments.errors import SegmentError, UnreadableRulesError
from segments.files.models import CustomerFile
from segments.files.services import FILES, ask_for_file, note_download
from segments.models import Segment
from segments.personal import is_withheld
from segments.schema import current_schema
from segments.stored import read_if_possible
from ui.downloads import csv_download

if TYPE_CHECKING:
    from django.http import HttpResponse, StreamingHttpResponse

    from accounts.typing import TenantRequest
    from segments.rules import Rules


@require_POST
@require_action("segment:download")
def ask(request: TenantRequest, segment_id: int) -> HttpResponse:
    """Has a worker write the file, without personal data if this person may not see it."""
    request.access.require("profile:view")
    segment = get_object_or_404(Segment.objects.select_related("active_version"), pk=segment_id)
    _require_open(request, segment.rules_if_readable)
    try:
        file = ask_for_file(segment=segment, actor=request.user, restricted_pii=request.access.restricted_pii)
    except UnreadableRulesError as error:
        messages.error(request, str(error))
        return redirect(segment)
    return _shown(request, file) if request.htmx else redirect("segment_customers", segment_id)


@require_safe
@require_action("segment:download")
def show(request: TenantRequest, file_id: int) -> HttpResponse:
    """The progress of the file; the page polls until it has ended."""
    file = _file(request, file_id)
    if progress := progress_alone(request, FILES, file):
        return progress
    return retarget(_shown(request, file), "#customer-file")


@require_POST
@require_action("segment:download")
def cancel(request: TenantRequest, file_id: int) -> HttpResponse:
    file = _file(request, file_id)
    FILES.cancel(file)
    file.refresh_from_db()
    return _shown(request, file, is_cancelling=file.is_open)


@require_safe
@require_action("segment:download")
def download(request: TenantRequest, file_id: int) -> StreamingHttpResponse:
    """The file as CSV, streamed."""
    request.access.require("profile:view")
    file = _file(request, file_id)
    _require_open(request, read_if_possible(file.rules))
    if request.access.restricted_pii and not file.restricted_pii:
        request.access.require("pii:view")  # the person was restricted after it was written
    path = storage.path_of(file.result)
    if not file.result or not path.exists():
        raise Http404
    note_download(file=file, actor=request.user)
    header = pq.read_schema(path).names
    hidden = _hidden(header) if request.access.restricted_pii else ()
    rows = written_rows(path, timezone.get_current_timezone(), hidden=hidden)
    name = f"{slugify(file.segment.name) or 'segment'}-{file.segment_id}.csv"
    return csv_download(name, header, rows)


def _require_open(request: TenantRequest, rules: Rules) -> None:
    """Where personal data decides, or may decide, who is in the file, only people who may see such data get it."""
    try:
        withheld = is_withheld(rules, request.access)
    except (SegmentError, Customer360Error):
        withheld = request.access.restricted_pii
    if withheld:
        request.access.require("pii:view")


def _hidden(header: list[str]) -> frozenset[str]:
    """Columns that are personal data now: some may have been marked after the file was written."""
    schema = current_schema()
    return frozenset(name for name in header if schema.is_pii(name))


def _file(request: TenantRequest, file_id: int) -> CustomerFile:
    """The file, which only the person who requested it may open."""
    found: CustomerFile = get_object_or_404(
        CustomerFile.objects.of(request.user).select_related("segment"), pk=file_id
    )
    return found


def _shown(request: TenantRequest, file: CustomerFile, *, is_cancelling: bool = False) -> HttpResponse:
    share = FILES.progress_of(file) if file.is_open else None
    context = {"file": file, "share": share, "is_cancelling": is_cancelling}
    return render(request, "segments/files/file.html", context)
