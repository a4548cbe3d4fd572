from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from accounts.access import Access
from customer360.engine.interface import DataType
from customer360.manifest import Manifest
from customer360.models import Query, Table
from customer360.services import ColumnDraft, create_table, publish_version
from destinations.concerns import concerns
from destinations.models import AccountFields, Credential, DataTemplate, Destination
from destinations.plugins import HUBSPOT
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from django.test import Client

    from tenants.models import Tenant

EVERYTHING = Access(None, is_superuser=True)
OVERVIEW = "/t/acme/admin/"
MAPPING = [{"source": "email", "target": "email"}, {"source": "first_name", "target": "firstname"}]


SCOPES = [need.scope for need in HUBSPOT.accounts.scope_needs if need.landing in {"", "list"}]


def set_up() -> Destination:
    connected = Credential.Status.CONNECTED
    credential = Credential.objects.create(name="Account", status=connected, scopes=SCOPES)
    AccountFields.objects.create(credential=credential, fields=[{"name": "email"}, {"name": "firstname"}])
    destination = Destination.objects.create(
        name="Marketing", credential=credential, status=Destination.Status.TESTED
    )
    DataTemplate.objects.create(destination=destination, name="Lists", mapping=MAPPING)
    return destination


def texts() -> list[str]:
    return [concern.text for concern in concerns(EVERYTHING)]


def test_the_overview_says_when_nothing_is_wrong(acme: Tenant, sign_in: Callable[[str], Client]) -> None:
    set_up()

    assert "every mapping fits its account" in sign_in("datagrid_operator").get(OVERVIEW).content.decode()


def test_the_overview_names_what_needs_an_operator(acme: Tenant, sign_in: Callable[[str], Client]) -> None:
    destination = set_up()
    Destination.objects.create(name="Bare", credential=destination.credential)
    Credential.objects.update(status=Credential.Status.REAUTHORISE)

    page = sign_in("datagrid_operator").get(OVERVIEW).content.decode()

    for concern in (
        "The credential “Account” is in use and not connected: reauthorise.",
        "The destination “Bare” was saved without a test of its connection.",
        "The destination “Bare” has no data template and can&#x27;t be used.",
    ):
        assert concern in page


def test_a_permission_that_the_account_took_away_is_told_with_what_it_is_for(acme: Tenant) -> None:
    set_up()
    Credential.objects.update(scopes=[scope for scope in SCOPES if scope != "crm.lists.write"])

    needed = "crm.lists.write (creating contact lists and changing members)"
    assert texts() == [f"The credential “Account” lacks permissions: {needed}."]


def test_a_mapping_whose_property_is_gone_is_flagged(acme: Tenant) -> None:
    set_up()
    AccountFields.objects.update(fields=[{"name": "email"}])

    (told,) = texts()

    assert told.startswith("The data template “Lists” no longer fits: The account has no property “firstname”.")


def test_a_mapping_whose_column_may_not_be_sent_any_more_is_flagged(acme: Tenant) -> None:
    set_up()
    columns = [
        ColumnDraft("email", DataType.STRING),
        ColumnDraft("first_name", DataType.STRING, not_for_activation=True),
    ]
    create_table(name="Merged_Customers", columns=columns, role=Table.Role.CUSTOMER_PROFILES)

    (told,) = texts()

    assert "“first_name” is marked “not for activation”" in told


def test_a_version_that_ends_is_told_half_a_year_before(
    acme: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_time = tmp_path / "clock.json"
    monkeypatch.setenv("MUSTER_CLOCK_FILE", str(told_time))

    def texts_on(moment: datetime) -> list[str]:
        clock.set_clock(told_time, offset=moment - datetime.now(UTC), rate=0)
        return texts()

    assert texts_on(datetime(2027, 9, 1, tzinfo=UTC)) == []
    assert texts_on(datetime(2027, 9, 30, tzinfo=UTC)) == [
        "HubSpot ends version 2026-09 of its API on 8 March 2028. Update in time."
    ]


def test_a_column_of_an_active_query_can_be_mapped(acme: Tenant) -> None:
    set_up()
    columns = [ColumnDraft("email", DataType.STRING)]
    table = create_table(name="Merged_Customers", columns=columns, role=Table.Role.CUSTOMER_PROFILES)
    publish_version(table=table, manifest=Manifest(columns=("email",), files=()), row_count=0)
    assert "There is no column “first_name”." in texts()[0]

    sql = "SELECT email, 'Ana' AS first_name FROM Merged_Customers"
    query = Query.objects.create(name="Lapsed", sql=sql, status=Query.Status.DRAFT)
    assert len(texts()) == 1
    Query.objects.filter(pk=query.pk).update(status=Query.Status.ACTIVE)

    assert texts() == []
