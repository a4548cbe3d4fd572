from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error
from segments.differences import differences
from segments.errors import SegmentError, UnreadableRulesError
from segments.models import Segment
from segments.nesting import active_rules, present_moment
from segments.personal import asks_about_pii, is_withheld
from segments.rules import Rules
from segments.schema import current_schema
from segments.speaking import speaker_of
from segments.stored import read_if_possible
from segments.usage import uses_of
from segments.viewing import view_sql

if TYPE_CHECKING:
    from typing import Any

    from django.core.paginator import Page
    from django.http import HttpResponse

    from accounts.access import Access
    from accounts.typing import TenantRequest
    from segments.differences import Difference
    from segments.models import SegmentVersion
    from segments.words import Speaker

VERSIONS = 20
FAULTS = (SegmentError, Customer360Error, EngineError)
"""What can keep a segment from being counted; the messages are for people."""


@require_safe
@require_action("segment:view")
def segment(request: TenantRequest, segment_id: int) -> HttpResponse:
    found = get_object_or_404(Segment.objects.select_related("active_version", "created_by"), pk=segment_id)
    context = {
        "segment": found,
        "uses": uses_of(found, request.access),
        "may_edit": request.access.can("segment:edit"),
        "may_activate": request.access.can("segment:activate"),
    } | _said(found, redact=request.access.restricted_pii)
    return render(request, "segments/segment.html", context)


@require_safe
@require_action("segment:view")
def versions(request: TenantRequest, segment_id: int) -> HttpResponse:
    """Every version with what it changed, and what the draft would change."""
    found = get_object_or_404(Segment.objects.select_related("active_version"), pk=segment_id)
    page = Paginator(found.versions.select_related("activated_by"), VERSIONS).get_page(request.GET.get("page"))
    context = {"segment": found, "page": page, "may_edit": request.access.can("segment:edit")}
    return render(request, "segments/versions.html", context | _compared(request, found, page))


@require_safe
@require_action("segment:view")
def segment_sql(request: TenantRequest, segment_id: int) -> HttpResponse:
    """The SELECT that finds the customers; hidden where it would show personal data."""
    found = get_object_or_404(Segment.objects.select_related("active_version"), pk=segment_id)
    return render(request, "segments/sql.html", {"segment": found} | _sql(found, request.access))


def _compared(request: TenantRequest, segment: Segment, page: Page[SegmentVersion]) -> dict[str, Any]:
    shown = list(page.object_list)
    before = [*shown[1:], segment.versions.filter(number__lt=shown[-1].number).first()] if shown else []
    try:
        schema = current_schema()
    except Customer360Error as error:
        return {"problem": str(error), "page_rows": [(version, None) for version in shown]}
    redact = request.access.restricted_pii
    speaker = speaker_of(schema, redact=redact)
    rows = [(version, _changes(last, version, speaker)) for version, last in zip(shown, before, strict=True)]
    conditions = [each for version in shown for each in read_if_possible(version.rules).conditions]
    hidden = redact and asks_about_pii(conditions, schema, {})
    return {"page_rows": rows, "draft": _ahead(segment, speaker), "redacted": hidden}


def _changes(
    before: SegmentVersion | None, version: SegmentVersion, speaker: Speaker
) -> tuple[Difference, ...] | None:
    """What a version changed from the one before; None where one of them can't be read."""
    try:
        return differences(before.parsed if before else Rules(), version.parsed, speaker)
    except UnreadableRulesError:
        return None


def _said(segment: Segment, *, redact: bool) -> dict[str, Any]:
    try:
        schema, rules = current_schema(), segment.rules
    except (UnreadableRulesError, Customer360Error) as error:
        return {"problem": str(error)}
    hidden = redact and asks_about_pii(rules.conditions, schema, active_rules())
    speaker = speaker_of(schema, redact=redact)
    said = {"included": speaker.included(rules), "excluded": speaker.excluded(rules)}
    return said | {"redacted": hidden, "ahead": _ahead(segment, speaker)}


def _ahead(segment: Segment, speaker: Speaker) -> tuple[Difference, ...]:
    """How the draft differs from the active version; empty where one can't be read."""
    active = segment.active_version
    if active is None or segment.status != Segment.Status.ACTIVE:
        return ()
    try:
        return differences(active.parsed, segment.draft, speaker)
    except UnreadableRulesError:
        return ()


def _sql(segment: Segment, access: Access) -> dict[str, Any]:
    try:
        schema, rules = current_schema(), active_rules()
        if is_withheld(segment.rules, access):
            return {"redacted": True}
        return {"sql": view_sql(segment.rules, schema, present_moment(), rules, access=access)}
    except FAULTS as error:
        return {"problem": str(error)}
