"""The pages of Customer 360, as people of Acme see them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from customer360 import building, storage
from customer360.engine import DataType
from customer360.errors import TableConflictError
from customer360.imports import services as imports
from customer360.marking import TableMarks, mark_table
from customer360.models import Query, Table
from customer360.semantics import Semantic
from customer360.services import ColumnDraft, create_table
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tenants.models import Tenant
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

PEOPLE = (
    "customer_id,email,orders,joined\n"
    "C1,ada@example.com,3,2026-01-31\n"
    "C2,bo@example.com,,2026-02-28\n"
    "C3,,12,2026-03-31\n"
)


@pytest.fixture
def merged(acme: Tenant) -> Table:
    with tenant_scope(acme):
        path = storage.new_upload("people.csv")
        path.write_text(PEOPLE)
        imports.import_file(
            source=path,
            table_name="Merged_Customers",
            role=Table.Role.CUSTOMER_PROFILES,
            key_column="customer_id",
        )
        return Table.objects.get(name="Merged_Customers")


def text_of(client: Client, path: str) -> str:
    answer = client.get(f"/t/acme/{path}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_list_says_what_there_is_and_how_it_came_about(
    merged: Table, acme: Tenant, sign_in: Callable[[str], Client]
) -> None:
    with tenant_scope(acme):
        query = Query.objects.create(
            name="All profiles", sql="SELECT * FROM Merged_Customers", status=Query.Status.ACTIVE
        )
        building.create_derived_table(query=query, name="Customer360")
    page = text_of(sign_in("amp360_user"), "tables/")
    assert "Merged_Customers" in page
    assert "Query <bdi>All profiles</bdi>" in page
    assert "no data yet" in page


def test_without_a_table_the_list_says_what_would_be_there(sign_in: Callable[[str], Client]) -> None:
    assert "Import your customers" in text_of(sign_in("amp360_user"), "tables/")


def test_a_table_tells_its_columns_versions_and_key(merged: Table, sign_in: Callable[[str], Client]) -> None:
    page = text_of(sign_in("amp360_user"), f"tables/{merged.pk}/")
    assert "E-mail address" in page
    assert "Version 1" in page
    assert "<code>customer_id</code>" in page
    assert "email__email" not in page


def test_facts_about_columns_are_counted_and_ranges_of_personal_data_are_not(
    merged: Table, acme: Tenant, sign_in: Callable[[str], Client]
) -> None:
    with tenant_scope(acme):
        merged.columns.filter(name="joined").update(is_pii=True)
    page = text_of(sign_in("restricted_pii"), f"tables/{merged.pk}/columns/")
    assert "66.7 %" in page
    assert "3 to 12" in page
    assert "2026-01-31" not in page


def test_examples_stand_beside_the_columns_and_those_of_personal_data_are_hidden(
    merged: Table, sign_in: Callable[[str], Client]
) -> None:
    for person, address in (("amp360_user", "<bdi>ada@example.com</bdi>"), ("restricted_pii", "hidden")):
        page = text_of(sign_in(person), f"tables/{merged.pk}/columns/")
        assert address in page
        assert "<bdi>C1</bdi> · <bdi>C2</bdi> · <bdi>C3</bdi>" in page
        assert '<td data-label="Type">Whole number</td>' in page
    assert "ada@" not in page


def test_one_table_holds_the_orders_and_says_what_it_lacks(
    acme: Tenant, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    with tenant_scope(acme):
        columns = [
            ColumnDraft("who", DataType.STRING, Semantic.CUSTOMER_KEY),
            ColumnDraft("at", DataType.DATETIME),
        ]
        orders = create_table(name="Orders", role=Table.Role.ORDERS, columns=columns)
        with pytest.raises(TableConflictError, match="“Orders” holds the orders already"):
            create_table(name="More", role=Table.Role.ORDERS, columns=columns)
        other = create_table(name="More", columns=columns)
        marks = replace(TableMarks.of(other), role=Table.Role.ORDERS)
        with pytest.raises(TableConflictError, match="say first that “Orders” holds something else"):
            mark_table(table=other, marks=marks, revision=0, actor=cast["datagrid_operator"])
    page = text_of(sign_in("amp360_user"), f"tables/{orders.pk}/")
    assert "No column of this table has the meaning “Value of the order”" in page


def test_the_first_rows_are_shown_and_redacted_for_restricted_people(
    merged: Table, sign_in: Callable[[str], Client]
) -> None:
    shown = text_of(sign_in("amp360_user"), f"tables/{merged.pk}/sample/")
    assert "ada@example.com" in shown
    redacted = text_of(sign_in("restricted_pii"), f"tables/{merged.pk}/sample/")
    assert "ada@example.com" not in redacted
    assert "C1" in redacted
    assert "Some personally identifiable information has been redacted from these results." in redacted


def test_a_table_of_another_tenant_is_not_there(
    merged: Table, globex: Tenant, sign_in: Callable[[str], Client]
) -> None:
    client = sign_in("globex_administrator")
    assert client.get(f"/t/globex/tables/{merged.pk}/").status_code == 404
