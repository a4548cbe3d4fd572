"""The Segment Editor: the condition editor on the draft of a segment."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from segments.editor import answering
from segments.editor.desk import SegmentDesk
from segments.editor.document import SegmentDraft
from segments.errors import UnreadableRulesError
from segments.models import Segment

if TYPE_CHECKING:
    from accounts.typing import TenantRequest


@require_safe
@require_action("segment:edit")
def editor(request: TenantRequest, segment_id: int) -> HttpResponse:
    desk = _desk(request, segment_id)
    if desk.segment.status == Segment.Status.ARCHIVED:
        return redirect(desk.segment)
    try:
        desk.rules  # noqa: B018  read for its error
    except UnreadableRulesError as error:
        messages.error(request, str(error))
        return redirect("segment_versions", segment_id)
    context = {"desk": desk, "segment": desk.segment, "page": secrets.token_hex(8)}
    return render(request, "segments/editor/page.html", context)


@require_safe
@require_action("segment:edit")
def choices(request: TenantRequest, segment_id: int) -> HttpResponse:
    return answering.choices(_desk(request, segment_id))


@require_POST
@require_action("segment:edit")
def add(request: TenantRequest, segment_id: int) -> HttpResponse:
    return answering.add(_desk(request, segment_id))


@require_POST
@require_action("segment:edit")
def change(request: TenantRequest, segment_id: int, condition_id: str) -> HttpResponse:
    return answering.change(_desk(request, segment_id), condition_id)


@require_POST
@require_action("segment:edit")
def arrange(request: TenantRequest, segment_id: int) -> HttpResponse:
    return answering.arrange(_desk(request, segment_id))


@require_POST
@require_action("segment:edit")
def undo(request: TenantRequest, segment_id: int) -> HttpResponse:
    return answering.undo(_desk(request, segment_id))


@require_POST
@require_action("segment:edit")
def redo(request: TenantRequest, segment_id: int) -> HttpResponse:
    """Redoes what the person has just undone."""
    desk = _desk(request, segment_id)
    return answering.restored(desk, desk.document.make_again)


@require_safe
@require_action("segment:edit")
def pulse(request: TenantRequest, segment_id: int) -> HttpResponse:
    """Tells an open page that someone else has changed its draft: empty while nobody has."""
    desk = _desk(request, segment_id)
    others = desk.segment.edits.filter(revision__gte=answering.revision(request)).exclude(changed_by=request.user)
    if desk.unreadable or not others.exists():
        return HttpResponse(status=204)
    context = {"desk": desk, "segment": desk.segment, "changed": others.select_related("changed_by")}
    return render(request, "segments/editor/changed.html", context)


@require_safe
@require_action("segment:view")
def live_count(request: TenantRequest, segment_id: int) -> HttpResponse:
    return answering.live_count(_desk(request, segment_id))


@require_safe
@require_action("segment:edit")
def draft_sql(request: TenantRequest, segment_id: int) -> HttpResponse:
    return answering.sql(_desk(request, segment_id))


@require_safe
@require_action("segment:edit")
def values(request: TenantRequest, segment_id: int) -> HttpResponse:
    return answering.values(_desk(request, segment_id))


def _desk(request: TenantRequest, segment_id: int) -> SegmentDesk:
    segment = get_object_or_404(Segment.objects.select_related("active_version"), pk=segment_id)
    return SegmentDesk(request, SegmentDraft(segment))
