from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.engine import DataType
from customer360.manifest import Manifest
from customer360.services import ColumnDraft, create_table, publish_version
from customer360.sql.shapes import ColumnShape
from customer360.sql.tenant_shapes import current_shapes
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from tenants.models import Tenant


def test_shapes_are_those_of_the_tenants_tables_with_data(acme: Tenant, globex: Tenant) -> None:
    columns = [
        ColumnDraft("id", DataType.INTEGER, semantic="pk", is_pii=False),
        ColumnDraft("email", DataType.STRING, semantic="email", not_for_activation=True),
        ColumnDraft("email__email_reason", DataType.STRING, companion_of="email"),
    ]
    with tenant_scope(acme):
        filled = create_table(name="Filled", columns=columns)
        create_table(name="Empty", columns=columns)
        publish_version(table=filled, manifest=Manifest(columns=("id",), files=()), row_count=0)
        shapes = current_shapes()
    with tenant_scope(globex):
        assert current_shapes() == {}
    assert list(shapes) == ["Filled"]
    assert list(shapes["Filled"].columns.values()) == [
        ColumnShape("id", DataType.INTEGER, is_pii=False, semantic="pk"),
        ColumnShape("email", DataType.STRING, is_pii=True, semantic="email", not_for_activation=True),
    ]
