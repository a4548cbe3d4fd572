"""Acme's customers and orders, small enough to count by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer360 import services as customer360
from customer360 import storage
from customer360.companions import reason_column
from customer360.engine import DataType
from customer360.models import Table
from customer360.semantics import Semantic
from customer360.services import ColumnDraft
from runtime import clock
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenants.models import Tenant


def fill(table: Table, **columns: Any) -> None:
    path = storage.new_file(table)
    rows = pa.table(columns)
    pq.write_table(rows, path)
    customer360.append_file(table=table, path=path, row_count=rows.num_rows)


@pytest.fixture
def filled(acme: Tenant) -> None:
    with tenant_scope(acme):
        profiles = customer360.create_table(
            name="Customer360",
            role=Table.Role.CUSTOMER_PROFILES,
            key_column="id",
            columns=[
                ColumnDraft("id", DataType.INTEGER, Semantic.KEY, is_pii=False),
                ColumnDraft("email", DataType.STRING, Semantic.EMAIL),
                ColumnDraft("country", DataType.STRING, Semantic.COUNTRY, is_pii=False),
                ColumnDraft(reason_column("email"), DataType.STRING, is_pii=False, companion_of="email"),
            ],
        )
        fill(
            profiles,
            id=[1, 2, 3, 4],
            email=["ana@example.com", "bo@example.com", "cy@", None],
            country=["Spain", "Spain", "Spain", None],
            email__email_reason=[None, None, "domain_form", "missing"],
        )
        orders = customer360.create_table(
            name="Orders",
            role=Table.Role.ORDERS,
            columns=[
                ColumnDraft("customer", DataType.INTEGER, Semantic.CUSTOMER_KEY, is_pii=False),
                ColumnDraft("at", DataType.DATETIME, Semantic.ORDER_TIME, is_pii=False),
                ColumnDraft("value", DataType.DECIMAL, Semantic.ORDER_VALUE, is_pii=False),
            ],
        )
        long_ago, lately = clock.now() - timedelta(days=400), clock.now() - timedelta(days=10)
        fill(
            orders,
            customer=[1, 1, 2, 4],
            at=pa.array([lately, lately, long_ago, lately], pa.timestamp("us", tz="UTC")),
            value=[Decimal("10.50"), Decimal("4.50"), Decimal("99.00"), Decimal("7.00")],
        )


@pytest.fixture
def tables(acme: Tenant, filled: None) -> Iterator[None]:
    """The tenant's tables, and its scope."""
    with tenant_scope(acme):
        yield
