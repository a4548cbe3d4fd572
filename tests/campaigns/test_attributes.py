"""What is sent of each customer: required attributes, those of other tables, and what is in the way of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from campaigns.attributes import ATTRIBUTES, IDENTITY, Attribute
from campaigns.audience.sources import attribute_tables
from campaigns.errors import CampaignIncompleteError
from campaigns.models import Campaign, GroupDestination
from campaigns.services import preparing
from campaigns.services.sending import start_send
from customer360 import services, storage
from customer360.engine import DataType
from customer360.models import Column, Table
from customer360.semantics import Semantic
from customer360.services import ColumnDraft
from destinations.delivery import files, planning
from destinations.delivery.models import Delivery, Slice

if TYPE_CHECKING:
    from tests.campaigns.office import Office

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = (
    ColumnDraft("order_id", DataType.STRING, "pk", is_pii=False),
    ColumnDraft("customer_id", DataType.STRING, Semantic.CUSTOMER_KEY, is_pii=False),
    ColumnDraft("ordered_at", DataType.DATE, Semantic.ORDER_TIME, is_pii=False),
    ColumnDraft("shop", DataType.STRING, is_pii=False),
)


def orders(*rows: tuple[str, str, str | None, str | None]) -> Table:
    """A table with these orders: number, customer, day, shop."""
    table = services.create_table(name="Orders", columns=ORDERS, role=Table.Role.ORDERS, key_column="order_id")
    names = [column.name for column in ORDERS]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    types = pa.schema([(name, pa.string()) for name in names])
    written = pa.Table.from_pydict(columns, schema=types)
    days = written["ordered_at"].cast(pa.date32())
    path = storage.new_file(table)
    pq.write_table(written.set_column(2, "ordered_at", days), path)
    services.append_file(table=table, path=path, row_count=len(rows))
    return table


def sending(office: Office, *attributes: Attribute) -> Campaign:
    campaign = office.campaign(control=0)
    GroupDestination.objects.update(attributes=ATTRIBUTES.dump_python((IDENTITY, *attributes)))
    return campaign


def shaped(office: Office, campaign: Campaign) -> dict[str, dict[str, Any]]:
    """The rows that would be sent, by customer, as the plan has written them."""
    run = start_send(campaign=campaign, actor=office.person)
    preparing.prepare(run.pk)
    delivery = Delivery.objects.get()
    Delivery.objects.update(prepared={"list_id": "1", "size": 0})
    Slice.objects.update(state=Slice.State.DONE)
    planning.plan(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.shaped_file, delivery.error
    return {row["key"]: row for row in pq.read_table(files.path_of(delivery.shaped_file)).to_pylist()}


def test_whoever_lacks_a_required_attribute_is_held_back_with_the_reason(office: Office) -> None:
    orders(("o1", "c1", "2026-01-01", "Rome"), ("o2", "c2", "2026-01-01", " "))
    shop = Attribute(destination_attribute="shop", source_attribute="shop", source_table="Orders", required=True)
    rows = shaped(office, sending(office, shop))
    assert len(rows) == 100
    assert (rows["c1"]["reason"], rows["c1"]["field_shop"]) == (None, "Rome")
    assert {row["reason"] for key, row in rows.items() if key not in {"c1", "c2"}} == {"required:shop"}


def test_an_attribute_of_another_table_comes_from_the_latest_row_of_the_customer(office: Office) -> None:
    orders(
        ("o1", "c1", "2026-03-01", "Oslo"),
        ("o2", "c1", "2026-05-01", "Rome"),
        ("o3", "c1", None, "Paris"),
        ("o5", "c2", "2026-05-01", "Bern"),
        ("o4", "c2", "2026-05-01", "Turin"),
        ("o6", "elsewhere", "2026-05-01", "Lyon"),
    )
    shop = Attribute(destination_attribute="shop", source_attribute="shop", source_table="Orders")
    score = Attribute(destination_attribute="score", source_attribute="score")
    rows = shaped(office, sending(office, shop, score))
    assert len(rows) == 100
    assert {key: rows[key]["field_shop"] for key in ("c1", "c2", "c3")} == {"c1": "Rome", "c2": "Bern", "c3": None}
    assert {row["reason"] for row in rows.values()} == {None}
    assert rows["c3"]["field_score"] == "3"


def test_columns_that_are_no_personal_data_are_not_marked_as_such(office: Office) -> None:
    score = Attribute(destination_attribute="score", source_attribute="score")
    address = Attribute(destination_attribute="work_email", source_attribute="email")
    shaped(office, sending(office, score, address))
    delivery = Delivery.objects.get()
    marked = files.pii_of(pq.read_schema(files.path_of(delivery.shaped_file)))
    assert marked == {"email", "prefer", "field_work_email"}


def test_tables_that_say_whose_a_row_is_offer_attributes(office: Office) -> None:
    assert [table.name for table in attribute_tables()] == ["Merged_Customers", "Customer360"]
    orders(("o1", "c1", "2026-03-01", "Oslo"))
    assert [table.name for table in attribute_tables()] == ["Merged_Customers", "Customer360", "Orders"]
    Column.objects.filter(table__name="Orders").update(semantic="")
    assert [table.name for table in attribute_tables()] == ["Merged_Customers", "Customer360"]


@pytest.mark.parametrize(
    ("attribute", "words"),
    [
        (("Merged_Customers", "shoe_size"), "“Merged_Customers” has no attribute “shoe_size” any more"),
        (("Shoes", "size"), "so “size” can't be sent. Choose another table."),
        (("Merged_Customers", "score"), "“score” of “Merged_Customers” is marked “not for activation”"),
    ],
)
def test_an_attribute_that_cannot_be_sent_stops_the_send(
    office: Office, attribute: tuple[str, str], words: str
) -> None:
    table, name = attribute
    Column.objects.filter(name="score").update(not_for_activation=True)
    sent = Attribute(destination_attribute="x", source_table=table, source_attribute=name)
    with pytest.raises(CampaignIncompleteError, match=words):
        start_send(campaign=sending(office, sent), actor=office.person)
