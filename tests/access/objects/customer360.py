from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.building import create_derived_table
from customer360.engine import DataType
from customer360.models import Query, Table
from customer360.semantics import Semantic
from customer360.services import ColumnDraft, create_table
from tests.access.customers import make_customers
from tests.access.making import made_for

if TYPE_CHECKING:
    from tests.cast import Cast


@made_for("tables/<int:table_id>/")
def table(cast: Cast) -> Table:
    return Table.objects.filter(name="Customer360").first() or make_customers()


@made_for("tables/<int:table_id>/build/", "tables/<int:table_id>/delete/")
def derived_table(cast: Cast) -> Table:
    base = Table.objects.filter(name="Customer360").first() or make_customers()
    query, _ = Query.objects.get_or_create(
        name="Everybody", defaults={"sql": f"SELECT * FROM {base.name}", "status": Query.Status.ACTIVE}
    )
    return query.tables.first() or create_derived_table(query=query, name="Everybody")


@made_for("segments/lists/<int:table_id>/")
def customer_list(cast: Cast) -> Table:
    return Table.objects.lists().first() or create_table(
        name="VIPs", role=Table.Role.LIST, columns=[ColumnDraft("id", DataType.STRING, Semantic.KEY, is_pii=False)]
    )
