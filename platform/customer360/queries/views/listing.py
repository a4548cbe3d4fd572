from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from customer360 import usage
from customer360.models import Table
from customer360.queries.models import Query

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.access import Access
    from accounts.typing import TenantRequest

PAGE = 25
ORDERS = {"name": "name", "updated": "updated_at"}


@require_safe
@require_action("query:view")
def queries(request: TenantRequest) -> HttpResponse:
    sought, status = request.GET.get("q", "").strip(), request.GET.get("status", "")
    found = Query.objects.sought(sought).select_related("created_by")
    if status in Query.Status.values:
        found = found.filter(status=status)
    page = Paginator(_ordered(found, request.GET.get("sort", "")).with_last_run(), PAGE).get_page(
        request.GET.get("page")
    )
    uses = usage.uses_of_queries(page.object_list, request.access)
    context = {
        "page": page,
        "rows": [(query, uses[query.pk]) for query in page.object_list],
        "sought": sought,
        "status": status,
        "statuses": [("", "All"), *Query.Status.choices],
        "is_restricted": request.access.restricted_pii,
        "has_tables": Table.objects.with_data().exists(),
        **permissions(request.access),
    }
    return render(request, "queries/list.html", context)


def permissions(access: Access) -> dict[str, Any]:
    of_queries = {f"may_{verb}": access.can(f"query:{verb}") for verb in ("edit", "run", "download")}
    return {**of_queries, "may_derive": access.can("table:manage")}


def _ordered(found: Any, wanted: str) -> Any:
    column = ORDERS.get(wanted.removeprefix("-"))
    return found.order_by(("-" if wanted.startswith("-") else "") + column) if column else found
