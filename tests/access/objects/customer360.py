from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.models import Table
from tests.access.customers import make_customers
from tests.access.making import made_for

if TYPE_CHECKING:
    from tests.cast import Cast


@made_for("tables/<int:table_id>/")
def table(cast: Cast) -> Table:
    return Table.objects.filter(name="Customer360").first() or make_customers()
