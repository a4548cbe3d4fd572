from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error
from segments.errors import SegmentError
from segments.insights import members_query
from segments.models import Segment
from segments.nesting import active_rules, asks_about_pii, present_moment
from segments.schema import current_schema
from segments.usage import uses_of
from segments.words import Speaker

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpResponse

    from accounts.typing import TenantRequest

EDIT = "segment:edit"
FAULTS = (SegmentError, Customer360Error, EngineError)
"""What makes a segment uncountable; their messages are for people."""


@require_safe
@require_action("segment:view")
def segments(request: TenantRequest) -> HttpResponse:
    rows = Segment.objects.select_related("active_version", "created_by")
    return render(request, "segments/segments.html", {"segments": rows, "may_edit": request.access.can(EDIT)})


@require_safe
@require_action("segment:view")
def segment(request: TenantRequest, segment_id: int) -> HttpResponse:
    found = get_object_or_404(Segment.objects.select_related("active_version", "created_by"), pk=segment_id)
    context = {
        "segment": found,
        "uses": uses_of(found, request.access),
        "may_edit": request.access.can(EDIT),
    } | _said(found, redact=request.access.restricted_pii)
    return render(request, "segments/segment.html", context)


@require_safe
@require_action("segment:view")
def segment_sql(request: TenantRequest, segment_id: int) -> HttpResponse:
    """The SELECT that finds the customers; its values are personal data where the attribute is."""
    found = get_object_or_404(Segment.objects.select_related("active_version"), pk=segment_id)
    return render(
        request, "segments/sql.html", {"segment": found} | _sql(found, redact=request.access.restricted_pii)
    )


def _said(segment: Segment, *, redact: bool) -> dict[str, Any]:
    names = dict(Segment.objects.values_list("pk", "name"))
    try:
        schema = current_schema()
        hidden = redact and asks_about_pii(segment.rules, schema, active_rules())
    except Customer360Error as error:
        return {"problem": str(error)}
    speaker = Speaker(schema, names, redact)
    said = {"included": speaker.included(segment.rules), "excluded": speaker.excluded(segment.rules)}
    return said | {"redacted": hidden}


def _sql(segment: Segment, *, redact: bool) -> dict[str, Any]:
    try:
        schema, rules = current_schema(), active_rules()
        if redact and asks_about_pii(segment.rules, schema, rules):
            return {"redacted": True}
        query = members_query(segment.rules, schema, present_moment(), rules)
    except FAULTS as error:
        return {"problem": str(error)}
    return {"sql": query.sql(dialect="duckdb", pretty=True)}
