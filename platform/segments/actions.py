"""Actions on a whole segment: each is a POST that redirects to a page which says how it went."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.decorators import require_action
from customer360.errors import Customer360Error
from segments import services
from segments.errors import SegmentError
from segments.models import Segment, SegmentVersion
from segments.rules import Rules

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest

FAULTS = (SegmentError, Customer360Error)


@require_POST
@require_action("segment:edit")
def create(request: TenantRequest) -> HttpResponse:
    """Creates an empty draft with the posted name and opens it in the editor."""
    name = _line(request, "name")
    if not name:
        messages.error(request, "Give the segment a name.")
        return redirect("segments")
    try:
        made = services.create_segment(
            name=name, description=_line(request, "description"), rules=Rules(), actor=request.user
        )
    except SegmentError as error:
        messages.error(request, str(error))
        return redirect("segments")
    return redirect("edit_segment", made.pk)


@require_POST
@require_action("segment:edit")
def describe(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = _segment(segment_id)
    try:
        services.describe_segment(
            segment=segment,
            name=_line(request, "name") or segment.name,
            description=_line(request, "description"),
            actor=request.user,
        )
    except SegmentError as error:
        messages.error(request, str(error))
    return redirect("edit_segment", segment.pk)


@require_POST
@require_action("segment:activate")
def activate(request: TenantRequest, segment_id: int) -> HttpResponse:
    """Activates the draft as it was seen; the editor shows why one that does not fit the data stays a draft."""
    segment = _segment(segment_id)
    seen = _line(request, "revision")
    try:
        version = services.activate_segment(
            segment=segment,
            actor=request.user,
            restricted_pii=request.access.restricted_pii,
            revision=int(seen) if re.fullmatch("[0-9]{1,9}", seen) else None,
        )
    except FAULTS as error:
        messages.error(request, f"Not activated. {error}")
        return redirect("edit_segment", segment.pk)
    messages.success(request, f"{version} is active. Campaigns and orchestrations can use it.")
    return redirect(segment)


@require_POST
@require_action("segment:activate")
def withdraw(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = _segment(segment_id)
    try:
        services.withdraw_segment(segment=segment, actor=request.user)
    except SegmentError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{segment}” is a draft again.")
    return redirect(segment)


@require_POST
@require_action("segment:edit")
def copy(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = _segment(segment_id)
    try:
        made = services.copy_segment(segment=segment, actor=request.user)
    except SegmentError as error:
        messages.error(request, str(error))
        return redirect(segment)
    messages.success(request, f"This is “{made}”, a draft.")
    return redirect("edit_segment", made.pk)


@require_POST
@require_action("segment:edit")
def restore(request: TenantRequest, segment_id: int, number: int) -> HttpResponse:
    """Makes an earlier version's rules the draft."""
    version = get_object_or_404(SegmentVersion, segment=segment_id, number=number)
    segment = _segment(segment_id)
    try:
        services.restore_version(segment=segment, number=version.number, actor=request.user)
    except SegmentError as error:
        messages.error(request, str(error))
        return redirect(segment)
    messages.success(request, f"The draft says what version {number} said.")
    return redirect("edit_segment", segment_id)


@require_POST
@require_action("segment:edit")
def archive(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = _segment(segment_id)
    try:
        services.archive_segment(segment=segment, actor=request.user)
    except SegmentError as error:
        messages.error(request, str(error))
        return redirect(segment)
    messages.success(request, f"“{segment}” is archived.")
    return redirect("segments")


@require_POST
@require_action("segment:edit")
def unarchive(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = services.unarchive_segment(segment=_segment(segment_id), actor=request.user)
    messages.success(request, f"“{segment}” is back, as a draft.")
    return redirect(segment)


@require_POST
@require_action("segment:edit")
def delete(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = _segment(segment_id)
    try:
        services.delete_segment(segment=segment, actor=request.user)
    except SegmentError as error:
        messages.error(request, str(error))
        return redirect(segment)
    messages.success(request, f"“{segment}” is deleted.")
    return redirect("segments")


def _segment(segment_id: int) -> Segment:
    found: Segment = get_object_or_404(Segment.objects.select_related("active_version"), pk=segment_id)
    return found


def _line(request: TenantRequest, field: str) -> str:
    """What was posted, without the one character that the database can't store."""
    return request.POST.get(field, "").replace("\0", "").strip()
