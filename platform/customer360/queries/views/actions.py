"""What people do with a query from its menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.decorators import require_action
from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error, QueryError
from customer360.queries.models import Query
from customer360.queries.services import activate_query, deactivate_query, delete_query, discard_draft

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest


@require_POST
@require_action("query:edit")
def activate(request: TenantRequest, query_id: int) -> HttpResponse:
    """Puts the text as last saved into force."""
    wanted = _found(query_id)
    try:
        activate_query(query=wanted, actor=request.user, restricted_pii=request.access.restricted_pii)
    except (Customer360Error, EngineError) as error:
        messages.error(request, f"“{wanted}” is not activated. {error}")
    else:
        messages.success(request, f"“{wanted}” is active.")
    return redirect(wanted)


@require_POST
@require_action("query:edit")
def deactivate(request: TenantRequest, query_id: int) -> HttpResponse:
    wanted = _found(query_id)
    try:
        deactivate_query(query=wanted, actor=request.user)
    except QueryError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{wanted}” is a draft.")
    return redirect(wanted)


@require_POST
@require_action("query:edit")
def discard(request: TenantRequest, query_id: int) -> HttpResponse:
    """Discards the edits since the activation; their versions stay."""
    wanted = _found(query_id)
    discard_draft(query=wanted, actor=request.user)
    messages.success(request, "The draft is discarded. Its text is kept among the versions.")
    return redirect(wanted)


@require_POST
@require_action("query:edit")
def delete(request: TenantRequest, query_id: int) -> HttpResponse:
    wanted = _found(query_id)
    try:
        delete_query(query=wanted, actor=request.user)
    except QueryError as error:
        messages.error(request, str(error))
        return redirect(wanted)
    messages.success(request, f"“{wanted}” is deleted.")
    return redirect("queries")


def _found(query_id: int) -> Query:
    found: Query = get_object_or_404(Query, pk=query_id)
    return found
