from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import access_of
from customer360.models import Column, Query, Table
from destinations.models import AccountFields, Credential, DataTemplate, Destination

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tenants.models import Tenant
    from tests.cast import Cast

OWN = DataTemplate.AccessRule.OWN


@pytest.fixture
def credential(acme: Tenant) -> Credential:
    return Credential.objects.create(name="HubSpot", status=Credential.Status.CONNECTED, portal_id=4711)


def destination(credential: Credential, name: str, **access: bool) -> Destination:
    return Destination.objects.create(name=name, credential=credential, **access)


def template(of: Destination, name: str, **values: object) -> DataTemplate:
    mapping = [{"source": "email", "target": "email"}]
    return DataTemplate.objects.create(destination=of, name=name, mapping=mapping, **values)


@pytest.fixture
def everything(credential: Credential) -> None:
    """A destination of each kind of access, each with an inheriting template."""
    for name, access in {
        "closed": {},
        "business": {"allow_business_users": True},
        "restricted": {"allow_restricted_pii": True},
        "both": {"allow_business_users": True, "allow_restricted_pii": True},
    }.items():
        template(destination(credential, name, **access), f"{name} template")
    by_template = destination(credential, "by template")
    template(by_template, "opened here", access=OWN, allow_business_users=True)
    template(by_template, "not opened")


SEEN = {
    "amp360_user": ["both", "business", "by template"],
    "ampiq_user_read_only": ["both", "business", "by template"],
    "datagrid_operator": ["both", "business", "by template", "closed", "restricted"],
    "datagrid_operator_read_only": ["both", "business", "by template", "closed", "restricted"],
    "restricted_pii": ["both", "restricted"],
}


@pytest.mark.parametrize(("person", "seen"), SEEN.items())
def test_people_see_the_destinations_that_are_open_to_them(
    person: str, seen: list[str], everything: None, cast: Cast
) -> None:
    access = access_of(cast[person], cast.acme)

    assert [shown.name for shown in Destination.objects.visible_to(access)] == seen


def test_a_template_that_sets_its_own_access_decides_for_itself_alone(everything: None, cast: Cast) -> None:
    access = access_of(cast["ampiq_user"], cast.acme)

    visible = {shown.name for shown in DataTemplate.objects.visible_to(access)}

    assert visible == {"business template", "both template", "opened here"}


def test_the_page_lists_only_what_the_person_may_use(everything: None, sign_in: Callable[[str], Client]) -> None:
    page = sign_in("ampiq_user").get("/t/acme/destinations/").content.decode()

    assert "business template" in page
    assert "opened here" in page
    for hidden in ("closed", "restricted template", "not opened"):
        assert hidden not in page


def test_a_destination_that_is_not_open_can_not_be_told_from_one_that_does_not_exist(
    everything: None, sign_in: Callable[[str], Client]
) -> None:
    closed = Destination.objects.get(name="closed")
    client = sign_in("ampiq_user")

    hidden = client.get(f"/t/acme/destinations/{closed.pk}/")
    missing = client.get("/t/acme/destinations/999999999/")

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert sign_in("datagrid_operator").get(f"/t/acme/destinations/{closed.pk}/").status_code == 200


def test_a_destination_says_what_it_does_and_what_it_lacks(
    everything: None, sign_in: Callable[[str], Client], credential: Credential
) -> None:
    bare = destination(credential, "bare", allow_business_users=True)
    client = sign_in("ampiq_user")

    assert "No data template yet" in client.get(f"/t/acme/destinations/{bare.pk}/").content.decode()
    business = f"/t/acme/destinations/{Destination.objects.get(name='business').pk}/"
    full = client.get(business).content.decode()
    assert "Columns that are not listed are not sent." in full
    assert "no longer fits" not in full
    AccountFields.objects.create(credential=credential, fields=[{"name": "email"}])
    DataTemplate.objects.update(
        mapping=[{"source": "email", "target": "email"}, {"source": "a", "target": "gone"}]
    )
    stale = client.get(business).content.decode()
    assert "“business template” no longer fits: The account has no property “gone”." in stale


def test_more_templates_cost_no_more_queries_and_read_no_query_that_is_not_mapped(
    sign_in: Callable[[str], Client], credential: Credential
) -> None:
    open_to_all = destination(credential, "open", allow_business_users=True)
    AccountFields.objects.create(credential=credential, fields=[{"name": "email"}])
    customers = Table.objects.create(name="Merged_Customers")
    Column.objects.create(table=customers, name="email", position=0, type=Column.Type.STRING)
    Query.objects.create(name="Unread", sql="SELECT 'x' AS email", status=Query.Status.ACTIVE)
    client = sign_in("ampiq_user")
    spent = []
    for number in range(3):
        template(open_to_all, f"template {number}")
        with CaptureQueriesContext(connection) as asked:
            page = client.get(f"/t/acme/destinations/{open_to_all.pk}/").content.decode()
        assert f"template {number}" in page
        spent.append([query["sql"] for query in asked])

    first, _, third = spent
    assert len(third) == len(first)
    assert sum('FROM "destinations_accountfields"' in sql for sql in third) == 1
    assert not any('FROM "customer360_query"' in sql for sql in third)
    DataTemplate.objects.update(
        mapping=[{"source": "email", "target": "email"}, {"source": "a", "target": "email"}]
    )
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/t/acme/destinations/{open_to_all.pk}/")
    assert any('FROM "customer360_query"' in query["sql"] for query in asked)


def test_a_page_without_destinations_says_how_to_get_one(sign_in: Callable[[str], Client], acme: Tenant) -> None:
    page = sign_in("ampiq_user").get("/t/acme/destinations/").content.decode()

    assert "You have no destinations yet" in page
