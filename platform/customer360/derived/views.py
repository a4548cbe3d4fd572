"""The pages of derived tables: create one from a query, and watch it being built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.decorators import require_action
from customer360 import building
from customer360.derived.forms import DerivedTableForm, initial_of
from customer360.derived.services import derive_table, rebuild_table
from customer360.errors import Customer360Error
from customer360.models import Query, Table

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from accounts.typing import TenantRequest
    from customer360.building import Derivation


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("table:manage")
def derive(request: TenantRequest) -> HttpResponse:
    """A table from the active query named by `?query=`; without one, the queries to choose from."""
    request.access.require("query:view")
    query = Query.objects.active().with_typed_id(request.GET.get("query", "")).first()
    if query is None:
        return render(request, "customer360/derived/choose.html", {"queries": Query.objects.active()})
    try:
        derivation = building.derivation(query, restricted_pii=request.access.restricted_pii)
    except Customer360Error as error:
        return render(request, "customer360/derived/new.html", {"query": query, "problem": str(error)})
    return _new(request, query, derivation)


@require_POST
@require_action("table:manage")
def build(request: TenantRequest, table_id: int) -> HttpResponse:
    """Builds the table again, whether what it reads has changed or not."""
    table = _table(table_id)
    try:
        rebuild_table(table=table, actor=request.user)
    except Customer360Error as error:
        messages.error(request, str(error))
    return redirect(table)


@require_safe
@require_action("table:view")
def build_state(request: TenantRequest, table_id: int) -> HttpResponseBase:
    """The state of the build; reloads the whole page when it has ended."""
    table = _table(table_id)
    if request.htmx and not table.is_being_built:
        return HttpResponseClientRefresh()
    may_manage = request.access.can("table:manage")
    return render(request, "customer360/derived/state.html", {"table": table, "may_manage": may_manage})


def _new(request: TenantRequest, query: Query, derivation: Derivation) -> HttpResponse:
    initial = initial_of(query, derivation.columns)
    form = DerivedTableForm(request.POST or None, initial=initial, columns=derivation.columns)
    if form.is_valid():
        try:
            table = derive_table(
                query=query,
                draft=form.draft(),
                actor=request.user,
                restricted_pii=request.access.restricted_pii,
            )
        except Customer360Error as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"“{table}” is being built.")
            return redirect(table)
    context = {"query": query, "form": form, "derivation": derivation}
    return render(request, "customer360/derived/new.html", context, status=422 if form.errors else 200)


def _table(table_id: int) -> Table:
    found: Table = get_object_or_404(Table.objects.select_related("built_from", "current_version"), pk=table_id)
    return found
