"""Data has its own pages; the admin's side bar links to them, and the overview shows how fresh the data is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.admin_site import Link, Panel, Section, site
from customer360 import freshness

if TYPE_CHECKING:
    from accounts.typing import TenantRequest

site.add_link(
    Link(
        label="Customer 360",
        url_name="tables",
        icon="database",
        action="table:view",
        section=Section.DATA,
        order=10,
    )
)


site.add_link(
    Link(
        label="Imports",
        url_name="imports",
        icon="upload_file",
        action="import:view",
        section=Section.DATA,
        order=20,
    )
)


def data_freshness(request: TenantRequest) -> Panel | None:
    if not request.access.can("health:view"):
        return None
    context = {"tables": freshness.tables(), "stuck": freshness.stuck_imports(), "access": request.access}
    more = ("Customer 360", reverse("tables")) if request.access.can("table:view") else None
    return Panel(title="Data", template="customer360/admin/freshness_panel.html", context=context, more=more)


site.add_panel(data_freshness, order=60)
