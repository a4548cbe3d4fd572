"""The versions of a query: what differs, and the way back to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from customer360.queries import legibility
from customer360.queries.models import Query, QueryVersion
from customer360.queries.services import restore_version
from customer360.queries.views.listing import permissions
from ui.differences import side_by_side

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.models import User
    from accounts.typing import TenantRequest

SHOWN = 100


@require_safe
@require_action("query:view")
def versions(request: TenantRequest, query_id: int) -> HttpResponse:
    """The versions, and what the latest one changed."""
    query = get_object_or_404(Query, pk=query_id)
    return _history(request, query, query.versions.select_related("saved_by").first())


@require_safe
@require_action("query:view")
def version(request: TenantRequest, version_id: int) -> HttpResponse:
    """One version next to the one before it, or next to the current text with `?with=present`."""
    shown = get_object_or_404(QueryVersion.objects.select_related("query", "saved_by"), pk=version_id)
    return _history(request, shown.query, shown)


@require_POST
@require_action("query:edit")
def restore(request: TenantRequest, version_id: int) -> HttpResponse:
    wanted = get_object_or_404(QueryVersion.objects.select_related("query", "saved_by"), pk=version_id)
    if not legibility.is_legible(wanted.sql, request.access, author=wanted.saved_by, reader=request.user):
        request.access.require("pii:view")
    query = restore_version(version=wanted, actor=request.user)
    messages.success(request, f"The text of version {wanted.number} is back.")
    return redirect(query)


def _history(request: TenantRequest, query: Query, shown: QueryVersion | None) -> HttpResponse:
    every = query.versions.select_related("saved_by").defer("sql")[:SHOWN]
    context = {"query": query, "versions": every, "shown": shown, **permissions(request.access)}
    if shown is not None:
        context |= _compared(request, query, shown)
    return render(request, "queries/versions.html", context)


def _compared(request: TenantRequest, query: Query, shown: QueryVersion) -> dict[str, object]:
    before = query.versions.select_related("saved_by").filter(number__lt=shown.number).first()
    with_present = request.GET.get("with") == "present"
    if with_present:
        sides = [(shown.sql, shown.saved_by), (query.text, legibility.author_of(query))]
    else:
        sides = [(before.sql, before.saved_by) if before else ("", None), (shown.sql, shown.saved_by)]
    left, right = (_legible(request, text, author) for text, author in sides)
    return {
        "before": before,
        "with_present": with_present,
        "is_present": shown.sql == query.text,
        "differences": side_by_side(left[0], right[0]),
        "is_redacted": left[1] or right[1],
        "may_restore": permissions(request.access)["may_edit"] and not (left[1] or right[1]),
    }


def _legible(request: TenantRequest, text: str, author: User | None) -> tuple[str, bool]:
    """The text as this person may read it, and whether anything was redacted."""
    if not text or legibility.is_legible(text, request.access, author=author, reader=request.user):
        return text, False
    return legibility.redacted(text), True
