from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from customer360.engine.interface import DataType
from customer360.models import Table
from customer360.semantics import Semantic
from customer360.services import ColumnDraft, create_table
from destinations.models import AccountFields, Credential, Destination

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tenants.models import Tenant

EMAIL = {"attributes-source": ["Merged_Customers.email"], "attributes-target": ["email"]}


@pytest.fixture
def merged_customers(acme: Tenant) -> Table:
    columns = [
        ColumnDraft("email", DataType.STRING),
        ColumnDraft("first_name", DataType.STRING),
        ColumnDraft("orders", DataType.INTEGER, is_pii=False),
        ColumnDraft("last_order", DataType.DATE, is_pii=False),
        ColumnDraft("secret_score", DataType.FLOAT, not_for_activation=True),
    ]
    create_table(name="Products", columns=[ColumnDraft("price", DataType.INTEGER)])
    bought = [
        ColumnDraft("purchase", DataType.STRING),
        ColumnDraft("customer", DataType.STRING, semantic=Semantic.CUSTOMER_KEY),
        ColumnDraft("shop", DataType.STRING, is_pii=False),
    ]
    create_table(name="Purchases", columns=bought, key_column="purchase")
    scored = [*bought[1:], ColumnDraft("score", DataType.INTEGER, is_pii=False)]
    create_table(name="Scores", columns=scored, key_column="customer")
    return create_table(name="Merged_Customers", columns=columns, role=Table.Role.CUSTOMER_PROFILES)


@pytest.fixture
def destination(merged_customers: Table) -> Destination:
    credential = Credential.objects.create(name="HubSpot", status=Credential.Status.CONNECTED)
    fields = [
        {"name": "email", "label": "Email"},
        {"name": "firstname", "label": "First Name"},
        {"name": "num_orders", "label": "Orders", "type": "number", "kind": "number"},
        {"name": "createdate", "label": "Create date", "writable": False},
    ]
    AccountFields.objects.create(credential=credential, fields=fields)
    return Destination.objects.create(name="HubSpot", credential=credential, allow_business_users=True)


@pytest.fixture
def marketer(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("ampiq_user")


def address(destination: Destination) -> str:
    return f"/t/acme/destinations/{destination.pk}/attributes/"


def rows(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"attributes-source": [pair[0] for pair in pairs], "attributes-target": [pair[1] for pair in pairs]}


def test_a_marketer_sets_what_is_sent(marketer: Client, destination: Destination) -> None:
    entered = rows(("Merged_Customers.email", "email"), ("Merged_Customers.first_name", "firstname"))

    answer = marketer.post(address(destination), entered)

    assert answer.status_code == 302
    assert [str(attribute) for attribute in destination.default_attributes.all()] == [
        "Merged_Customers.email → email",
        "Merged_Customers.first_name → firstname",
    ]
    assert "first_name" in marketer.get("/t/acme/destinations/attributes/").content.decode()


def test_tables_that_know_the_customer_are_sources_and_say_which_row_counts(
    marketer: Client, destination: Destination
) -> None:
    page = marketer.get(address(destination)).content.decode()

    headings = [part.split('"')[0] for part in page.split('<optgroup label="')[1:]]
    tables = ["Merged_Customers", "Purchases (the latest row of each customer)", "Scores"]
    assert list(dict.fromkeys(headings)) == [*tables, "properties"]
    entered = rows(
        ("Merged_Customers.email", "email"), ("Scores.score", "num_orders"), ("Purchases.shop", "firstname")
    )
    assert marketer.post(address(destination), entered).status_code == 302
    assert destination.default_attributes.count() == 3


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        ("Merged_Customers.first_name", "email", "would all be sent as “email”"),
        ("Merged_Customers.no_such", "firstname", "There is no column “Merged_Customers.no_such”"),
        ("Orders.total", "firstname", "There is no table “Orders”"),
        ("Products.price", "firstname", "“Products” does not say whose each row is"),
        ("Purchases.no_such", "firstname", "There is no column “Purchases.no_such”"),
        ("Merged_Customers.secret_score", "firstname", "not for activation"),
        ("Merged_Customers.last_order", "num_orders", "holds dates, but “num_orders” takes numbers"),
        ("Merged_Customers.first_name", "createdate", "read-only"),
        ("Merged_Customers.first_name", "no_such", "no property “no_such”"),
        ("Merged_Customers.first_name", "", "needs both"),
        ("x" * 400, "firstname", "at most 200 characters"),
        ("\0", "firstname", "there is no such column"),
        ("<script>", "firstname", "There is no table “&lt;script&gt;”"),
    ],
)
def test_what_can_not_be_sent_is_told(
    marketer: Client, destination: Destination, source: str, target: str, told: str
) -> None:
    answer = marketer.post(address(destination), rows(("Merged_Customers.email", "email"), (source, target)))

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not destination.default_attributes.exists()


def test_the_identity_is_needed(marketer: Client, destination: Destination) -> None:
    answer = marketer.post(address(destination), rows(("Merged_Customers.first_name", "firstname")))

    assert "No column is sent as “email”" in answer.content.decode()


def test_the_page_shows_what_is_stored(marketer: Client, destination: Destination) -> None:
    for stored in (EMAIL, rows(("Merged_Customers.email", "email"), ("Merged_Customers.first_name", "firstname"))):
        marketer.post(address(destination), stored)
        page = marketer.get(address(destination)).content.decode()
        assert 'name="attributes-target" value="email"' in page
    assert '<option value="firstname" selected' in page


def test_a_late_save_sees_what_the_first_made_of_it_and_then_replaces_it(
    marketer: Client, destination: Destination
) -> None:
    seen = {"seen_revision": destination.revision}
    first = rows(("Merged_Customers.email", "email"), ("Merged_Customers.first_name", "firstname"))
    marketer.post(address(destination), {**first, **seen})

    late = marketer.post(address(destination), {**EMAIL, **seen}).content.decode()

    assert "Someone else saved this" in late
    assert "Merged_Customers.first_name → firstname. Save again to replace them with yours." in late
    assert destination.default_attributes.count() == 2
    destination.refresh_from_db()
    assert f'name="seen_revision" value="{destination.revision}"' in late
    assert marketer.post(address(destination), {**EMAIL, "seen_revision": destination.revision}).status_code == 302
    assert destination.default_attributes.count() == 1


def test_a_destination_that_is_not_open_has_no_attributes_to_edit(
    marketer: Client, destination: Destination
) -> None:
    Destination.objects.update(allow_business_users=False)

    assert marketer.get(address(destination)).status_code == 404
    assert marketer.post(address(destination), EMAIL).status_code == 404
