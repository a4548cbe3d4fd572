"""What the two demo tenants consist of, made through the product's own services; existing parts stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.services import create_tenant
from customer360.building import build_table, create_derived_table
from customer360.imports.services import import_file
from customer360.models import Query, Table
from customer360.queries.services import QueryDraft, activate_query, create_query
from customer360.semantics import Semantic
from demo import people
from demo.audiences import make_segments
from demo.datasets import Dataset
from demo.questions import make_queries
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from demo.datasets import DatasetFiles
    from demo.people import Part
    from tenants.models import Tenant

CUSTOMERS, ORDERS, PROFILES = "Merged_Customers", "Orders", "Customer360"

ORDER_MEANINGS = {
    "invoice_no": Semantic.ORDER_ID,
    "ordered_at": Semantic.ORDER_TIME,
    "customer_id": Semantic.CUSTOMER_KEY,
    "units": Semantic.ORDER_QUANTITY,
    "value": Semantic.ORDER_VALUE,
}

CUSTOMER_360 = """
SELECT
    c.customer_id,
    c.customer_id AS amperity_id,
    c.given_name,
    c.surname,
    c.email,
    c.country,
    c.accepts_email,
    o.first_order,
    o.last_order,
    COALESCE(o.orders, 0) AS orders,
    COALESCE(o.units, 0) AS units,
    COALESCE(o.value, 0) AS value
FROM Merged_Customers AS c
LEFT JOIN (
    SELECT
        customer_id,
        MIN(CASE WHEN kind = 'order' THEN ordered_at END) AS first_order,
        MAX(CASE WHEN kind = 'order' THEN ordered_at END) AS last_order,
        COUNT(CASE WHEN kind = 'order' THEN 1 END) AS orders,
        SUM(units) AS units,
        SUM(value) AS value
    FROM Orders
    GROUP BY customer_id
) AS o ON o.customer_id = c.customer_id
"""


@dataclass(frozen=True, slots=True)
class Brand:
    """A demo tenant."""

    slug: str
    name: str
    time_zone: str
    currency: str
    dataset: Dataset
    cast: Sequence[Part]


ONLINE_RETAIL = Brand("online-retail", "Online Retail", "Europe/London", "GBP", Dataset.ONLINE_RETAIL, people.CAST)
HARBOUR_COFFEE = Brand(
    "harbour-coffee",
    "Harbour Coffee",
    "America/New_York",
    "USD",
    Dataset.HARBOUR_COFFEE,
    (people.ADMINISTRATOR, people.MARKETER),
)


def raise_brand(brand: Brand, files: DatasetFiles) -> Tenant:
    """The tenant with everything the demo shows. Safe to repeat, even after it was killed half-way."""
    tenant = create_tenant(slug=brand.slug, name=brand.name, time_zone=brand.time_zone, currency=brand.currency)
    with tenant_scope(tenant):
        administrator = people.join(people.ADMINISTRATOR)
        for part in brand.cast:
            people.join(part)
        load_tables(files, administrator)
        make_segments(administrator)
        make_queries(administrator)
    return tenant


def load_tables(files: DatasetFiles, actor: User) -> None:
    if not _has_data(CUSTOMERS):
        import_file(
            source=files.customers,
            table_name=CUSTOMERS,
            role=Table.Role.CUSTOMER_PROFILES,
            key_column="customer_id",
            started_by=actor,
        )
    if not _has_data(ORDERS):
        import_file(
            source=files.orders,
            table_name=ORDERS,
            role=Table.Role.ORDERS,
            semantics=ORDER_MEANINGS,
            started_by=actor,
        )
    if not _has_data(PROFILES):
        build_table(table=_profiles(actor))


def _profiles(actor: User) -> Table:
    existing: Table | None = Table.objects.filter(name=PROFILES).first()
    if existing is not None:
        return existing
    draft = QueryDraft("Customer 360", CUSTOMER_360.strip(), "One row a customer, which segments are built on")
    query = Query.objects.filter(name=draft.name).first() or create_query(draft=draft, actor=actor)
    if not query.is_active:
        query = activate_query(query=query, actor=actor)
    return create_derived_table(
        query=query, name=PROFILES, role=Table.Role.CUSTOMER_PROFILES, key_column="customer_id"
    )


def _has_data(name: str) -> bool:
    return Table.objects.with_data().filter(name=name).exists()
