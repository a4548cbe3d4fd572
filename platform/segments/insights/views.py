"""The insights of a segment: a page with charts, its numbers beside other pages, and its customers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error
from segments.errors import SegmentError
from segments.files.models import CustomerFile
from segments.insights.breakdowns import breakdowns
from segments.insights.choices import BreakdownForm, choose, chosen_by, offered
from segments.insights.customers import MOST_PAGES, ROWS, customer_page, searchable
from segments.insights.numbers import insights
from segments.insights.pictures import pictures
from segments.models import Segment
from segments.personal import is_withheld
from segments.schema import current_schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from django.http import HttpResponse

    from accounts.typing import TenantRequest

FAULTS = (SegmentError, Customer360Error, EngineError)
"""What can keep a segment from being counted; the messages are for people."""


@require_safe
@require_action("segment:view")
def page(request: TenantRequest, segment_id: int) -> HttpResponse:
    """The page; numbers and charts are loaded once it is shown."""
    return _page(request, _segment(segment_id))


@require_safe
@require_action("segment:view")
def panel(request: TenantRequest, segment_id: int) -> HttpResponse:
    """The numbers, shown beside another page."""
    return _numbers(request, segment_id, "segments/insights/panel.html")


@require_safe
@require_action("segment:view")
def numbers(request: TenantRequest, segment_id: int) -> HttpResponse:
    return _numbers(request, segment_id, "segments/insights/numbers.html")


@require_safe
@require_action("segment:view")
def charts(request: TenantRequest, segment_id: int) -> HttpResponse:
    """The breakdowns that this person has chosen."""
    segment, redact = _segment(segment_id), request.access.restricted_pii
    try:
        if is_withheld(segment.rules, request.access):
            return render(request, "segments/insights/charts.html", {"segment": segment, "withheld": True})
        names = chosen_by(request.user, current_schema().profiles, redact=redact)
        found = breakdowns(segment.rules, names, key=_key(request, "charts", segment))
    except FAULTS as error:
        return render(request, "segments/insights/charts.html", {"segment": segment, "problem": str(error)})
    context = {"segment": segment, "pictures": pictures(found), "found": found}
    return render(request, "segments/insights/charts.html", context)


@require_POST
@require_action("segment:view")
def attributes(request: TenantRequest, segment_id: int) -> HttpResponse:
    """Saves the attributes by which this person has customers broken down."""
    segment = _segment(segment_id)
    form = _form(request, request.POST)
    if form is not None:
        if not form.is_valid():
            return _page(request, segment, form)
        choose(user=request.user, attributes=form.cleaned_data["columns"])
    return redirect("segment_insights", segment.pk)


@require_action("segment:view")
def customers(request: TenantRequest, segment_id: int) -> HttpResponse:
    """A page of the customers, or by POST the one searched for, so that no address gets into a log."""
    request.access.require("profile:view")
    segment, search = _segment(segment_id), request.POST.get("search", "").strip()
    may_download = request.access.can("segment:download")
    file = CustomerFile.objects.of(request.user).filter(segment=segment).first() if may_download else None
    context = {"segment": segment, "search": search, "may_download": may_download, "file": file}
    return render(request, "segments/insights/customers.html", context | _found(request, segment, search))


def _segment(segment_id: int) -> Segment:
    found: Segment = get_object_or_404(Segment.objects.select_related("active_version"), pk=segment_id)
    return found


def _key(request: TenantRequest, what: str, segment: Segment) -> str:
    """The counting key: someone who asks for the same again no longer waits for the first answer."""
    return f"{what}:{request.user.pk}:{segment.pk}"


def _page(request: TenantRequest, segment: Segment, form: BreakdownForm | None = None) -> HttpResponse:
    context = {"segment": segment, "form": form or _form(request)}
    return render(request, "segments/insights/page.html", context, status=422 if form else 200)


def _form(request: TenantRequest, data: Mapping[str, object] | None = None) -> BreakdownForm | None:
    """The form to choose attributes; None while there are no customers."""
    redact = request.access.restricted_pii
    try:
        profiles = current_schema().profiles
    except Customer360Error:
        return None
    chosen = chosen_by(request.user, profiles, redact=redact)
    return BreakdownForm(data, offered=offered(profiles, redact=redact), chosen=chosen)


def _numbers(request: TenantRequest, segment_id: int, template: str) -> HttpResponse:
    segment = _segment(segment_id)
    context: dict[str, Any] = {"segment": segment}
    try:
        context["withheld"] = is_withheld(segment.rules, request.access)
        if not context["withheld"]:
            key, redact = _key(request, "numbers", segment), request.access.restricted_pii
            context["insights"] = insights(segment.rules, key=key, redact=redact)
    except FAULTS as error:
        context["problem"] = str(error)
    return render(request, template, context)


def _found(request: TenantRequest, segment: Segment, search: str) -> dict[str, Any]:
    number, redact = _page_number(request), request.access.restricted_pii
    try:
        if is_withheld(segment.rules, request.access):
            return {"withheld": True}
        found = customer_page(segment.rules, page=number, search=search, redact=redact)
        ways = searchable(current_schema().profiles, redact=redact)
    except FAULTS as error:
        return {"problem": str(error)}
    shown = Paginator(range(min(found.count, MOST_PAGES * ROWS)), ROWS).get_page(number)
    return {"found": found, "page": shown, "searchable": " or ".join(ways), "most": MOST_PAGES * ROWS}


def _page_number(request: TenantRequest) -> int:
    asked = request.GET.get("page", "")
    return min(max(int(asked), 1), MOST_PAGES) if re.fullmatch("[0-9]{1,9}", asked) else 1
