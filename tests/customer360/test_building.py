"""Derived tables: built from queries, again when their inputs change, with meaning and marks by lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlglot import exp

from customer360 import building, catalog, storage
from customer360.engine import INTERACTIVE, installed_engine
from customer360.errors import BuildError
from customer360.imports import services as imports
from customer360.models import Import, Query, Table
from notifications.models import Notification
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenants.models import Tenant
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(acme: Tenant) -> Iterator[Table]:
    with tenant_scope(acme):
        yield load("customer_id,email,city\nC1,a@example.com,Hull\nC2,nobody,York\n")


def load(text: str, mode: Import.Mode = Import.Mode.REPLACE) -> Table:
    path = storage.new_upload("merged.csv")
    path.write_text(text)
    imports.import_file(source=path, table_name="Merged_Customers", mode=mode, key_column="customer_id")
    return Table.objects.get(name="Merged_Customers")


def query(name: str, sql: str) -> Query:
    return Query.objects.create(name=name, sql=sql, status=Query.Status.ACTIVE)


def derived(sql: str, name: str = "Customer360", key: str = "customer_id") -> Table:
    return building.create_derived_table(query=query(f"{name} query", sql), name=name, key_column=key)


def rows(table: str, *columns: str) -> list[tuple[object, ...]]:
    select = exp.select(*columns).from_(table).order_by(columns[0])
    with installed_engine().open_session(catalog.current_relations(), limits=INTERACTIVE) as session:
        return session.rows(select)


def marks(table: Table) -> dict[str, tuple[str, str, bool, str]]:
    columns = table.columns.values_list("name", "type", "semantic", "is_pii", "companion_of")
    return {name: (kind, semantic, is_pii, companion) for name, kind, semantic, is_pii, companion in columns}


def test_a_table_is_built_with_the_meaning_and_marks_of_what_it_reads(merged: Table) -> None:
    table = derived("SELECT customer_id, email AS contact, upper(email) AS loud, city FROM Merged_Customers")
    building.build_table(table=table)
    assert rows("Customer360", "customer_id", "contact", "contact__email", "contact__email_reason", "loud") == [
        ("C1", "a@example.com", "a@example.com", None, "A@EXAMPLE.COM"),
        ("C2", "nobody", None, "no_at", "NOBODY"),
    ]
    assert marks(table) == {
        "customer_id": ("string", "customer-key", False, ""),
        "contact": ("string", "email", True, ""),
        "contact__email": ("string", "", True, "contact"),
        "contact__email_reason": ("string", "", False, "contact"),
        "loud": ("string", "", True, ""),
        "city": ("string", "city", False, ""),
    }


def test_companions_that_a_query_passes_on_are_not_computed_again(merged: Table) -> None:
    table = derived("SELECT * FROM Merged_Customers")
    building.build_table(table=table)
    assert list(marks(table)) == ["customer_id", "email", "email__email", "email__email_reason", "city"]
    assert marks(table)["email__email_reason"][3] == "email"
    assert rows("Customer360", "customer_id", "email__email_reason") == [("C1", None), ("C2", "no_at")]


def test_a_table_is_built_again_only_when_what_it_reads_has_changed(merged: Table) -> None:
    table = derived("SELECT customer_id, city FROM Merged_Customers")
    assert [version.table for version in building.build_stale_tables()] == [table]
    assert building.build_stale_tables() == []
    load("customer_id,city\nC1,Leeds\n", Import.Mode.UPSERT)
    (version,) = building.build_stale_tables()
    assert (version.number, version.origin) == (2, "Built from Customer360 query")
    assert rows("Customer360", "customer_id", "city") == [("C1", "Leeds"), ("C2", "York")]


def test_tables_are_built_after_those_that_they_read(merged: Table) -> None:
    middle = derived("SELECT customer_id, city FROM Merged_Customers", name="B_middle")
    building.build_table(table=middle)
    derived("SELECT customer_id FROM B_middle WHERE city = 'Leeds'", name="A_last")
    load("customer_id,city\nC2,Leeds\n", Import.Mode.UPSERT)
    assert [version.table.name for version in building.build_stale_tables()] == ["B_middle", "A_last"]
    assert rows("A_last", "customer_id") == [("C2",)]


def test_tables_that_read_each_other_are_refused(merged: Table) -> None:
    one = derived("SELECT customer_id FROM Merged_Customers", name="One")
    building.build_table(table=one)
    two = derived("SELECT customer_id FROM One", name="Two")
    building.build_table(table=two)
    one.built_from.sql = "SELECT customer_id FROM Two"
    one.built_from.save()
    with pytest.raises(BuildError, match="One, Two"):
        building.build_stale_tables()


def test_rows_without_a_key_of_their_own_are_refused_and_the_old_version_stays(merged: Table) -> None:
    table = derived("SELECT customer_id, city FROM Merged_Customers")
    before = building.build_table(table=table)
    table.built_from.sql = "SELECT 'same' AS customer_id, city FROM Merged_Customers"
    table.built_from.save()
    with pytest.raises(BuildError, match="2 rows with 1 different"):
        building.build_table(table=table)
    table.refresh_from_db()
    assert table.current_version == before


def test_marks_of_an_operator_stay_and_inherited_ones_come_back(merged: Table) -> None:
    table = derived("SELECT customer_id, email, city FROM Merged_Customers")
    building.build_table(table=table)
    table.columns.filter(name="city").update(is_pii=True, not_for_activation=True)
    table.columns.filter(name="email").update(is_pii=False)
    building.build_table(table=table)
    assert table.columns.get(name="city").is_pii
    assert table.columns.get(name="city").not_for_activation
    assert table.columns.get(name="email").is_pii


def test_a_table_that_cannot_be_built_holds_up_no_other_and_operators_are_told(merged: Table, cast: Cast) -> None:
    broken = derived("SELECT customer_id, city FROM Merged_Customers", name="Broken")
    building.build_table(table=broken)
    derived("SELECT customer_id FROM Merged_Customers", name="Sound")
    load("customer_id,email\nC1,a@example.com\n")
    assert [version.table.name for version in building.build_stale_tables()] == ["Sound"]
    (told,) = Notification.objects.filter(recipient=cast["datagrid_operator"])
    assert told.title == "“Broken” was not built"
    assert "city" in told.body


def test_a_draft_builds_no_table(merged: Table) -> None:
    draft = Query.objects.create(name="Draft", sql="SELECT customer_id FROM Merged_Customers")
    with pytest.raises(BuildError, match="draft"):
        building.create_derived_table(query=draft, name="Nothing")


def test_an_imported_table_is_not_built(merged: Table) -> None:
    with pytest.raises(BuildError, match="Import into it"):
        building.build_table(table=merged)
