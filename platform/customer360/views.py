from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from customer360 import building, explorer, forms, marking, usage
from customer360.deleting import delete_table
from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error
from customer360.models import Table
from customer360.orders import missing_meanings

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpResponse

    from accounts.typing import TenantRequest
    from customer360.models import Column

OWN_COLUMNS = Count("columns", filter=Q(columns__companion_of=""))


@require_safe
@require_action("table:view")
def tables(request: TenantRequest) -> HttpResponse:
    rows = Table.objects.select_related("current_version", "built_from").annotate(column_count=OWN_COLUMNS)
    rows = rows.order_by(Lower("name"))  # grouped rows have no order by themselves
    return render(request, "customer360/tables.html", {"tables": rows})


@require_safe
@require_action("table:view")
def table(request: TenantRequest, table_id: int) -> HttpResponse:
    found = _table(table_id)
    columns = found.columns.filter(companion_of="")
    context = {
        "table": found,
        "withheld": found.is_withheld_from(request.access),
        "columns": columns,
        "lacks": missing_meanings(columns) if found.role == Table.Role.ORDERS else [],
        "versions": found.versions.all(),
        "uses": usage.uses_of(found, request.access),
        "reads": building.tables_read_by(found),
    }
    return render(request, "customer360/table.html", context)


@require_safe
@require_action("table:view")
def table_columns(request: TenantRequest, table_id: int) -> HttpResponse:
    """The columns with facts about their values, computed now or cached, and a few of the values."""
    found = _table(table_id)
    columns = list(found.columns.filter(companion_of=""))
    if found.is_withheld_from(request.access):
        return render(request, "customer360/columns.html", {"columns": columns, "withheld": True})
    try:
        facts = explorer.facts(found, columns)
        examples = _examples(request, found, columns)
    except EngineError as error:
        return render(request, "customer360/columns.html", {"columns": columns, "problem": str(error)})
    for column in columns:
        column.facts = facts[column.name]  # type: ignore[attr-defined]  # for the template
        column.examples = examples.get(column.name)  # type: ignore[attr-defined]  # as above
    return render(request, "customer360/columns.html", {"columns": columns})


def _examples(request: TenantRequest, table: Table, columns: list[Column]) -> dict[str, list[str]]:
    if not request.access.can("profile:view"):
        return {}
    return explorer.examples(table, columns, redact=request.access.restricted_pii)


@require_safe
@require_action("table:view")
def table_sample(request: TenantRequest, table_id: int) -> HttpResponse:
    """The first rows; personal data is redacted for people who may not see it."""
    request.access.require("profile:view")
    found = _table(table_id)
    if found.is_withheld_from(request.access):
        return render(request, "customer360/sample.html", {"withheld": True})
    context = _sampled(found, redact=request.access.restricted_pii)
    return render(request, "customer360/sample.html", context)


@require_action("table:manage")
def edit_table(request: TenantRequest, table_id: int) -> HttpResponse:
    """What the table and its columns mean."""
    found = _table(table_id)
    editing = forms.Editing.of(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and editing.is_valid():
        try:
            changes = marking.mark_table(
                table=found,
                marks=editing.marks,
                revision=editing.revision,
                actor=request.user,
                restricted_pii=request.access.restricted_pii,
            )
        except (Customer360Error, EngineError) as error:
            editing.refuse(error)
        else:
            _say_what_changed(request, changes)
            return redirect(found)
    return render(
        request,
        "customer360/edit.html",
        {"table": found, "editing": editing, "uses": usage.uses_of(found, request.access)},
    )


@require_POST
@require_action("table:manage")
def delete(request: TenantRequest, table_id: int) -> HttpResponse:
    found = _table(table_id)
    try:
        delete_table(table=found, actor=request.user, name=request.POST.get("name", ""))
    except Customer360Error as error:
        messages.error(request, str(error))
        return redirect(found)
    kept = (
        "Its query is still there." if found.built_from_id else "The list of imports still tells what was in it."
    )
    messages.success(request, f"“{found}” is deleted. {kept}")
    return redirect("tables")


def _say_what_changed(request: TenantRequest, changes: dict[str, list[str]]) -> None:
    messages.success(request, "Saved." if changes else "Nothing was changed.")
    columns = (both for name, both in changes.items() if name.startswith("column "))
    if any("email" in said.split(", ")[0] for both in columns for said in both):
        messages.info(request, "E-mail addresses are being checked; their column changes when that is done.")


def _sampled(table: Table, *, redact: bool) -> dict[str, Any]:
    columns = list(table.columns.filter(companion_of=""))
    try:
        rows = explorer.sample(table, columns, redact=redact)
    except EngineError as error:
        return {"problem": str(error)}
    hidden = redact and any(column.is_pii for column in columns)
    return {"columns": columns, "rows": rows, "is_redacted": hidden}


def _table(table_id: int) -> Table:
    found: Table = get_object_or_404(Table.objects.select_related("current_version", "built_from"), pk=table_id)
    return found
