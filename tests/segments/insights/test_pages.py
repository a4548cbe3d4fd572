"""The pages of a segment's insights, as people of Acme see them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from customer360.models import Column
from segments.models import BreakdownChoice
from segments.rules import Rules
from segments.services import create_segment
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from segments.models import Segment
    from tenants.models import Tenant

    SignIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db

NOTICE = "Some personally identifiable information has been redacted from these results."


def address(segment: Segment, rest: str) -> str:
    return f"/t/acme/segments/{segment.pk}/{rest}"


def read(client: Client, segment: Segment, rest: str) -> str:
    answer = client.get(address(segment, rest))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def search(client: Client, segment: Segment, said: str) -> str:
    return client.post(address(segment, "customers/"), {"search": said}).content.decode()


def test_the_numbers_say_how_many_and_how_fresh(europe: Segment, sign_in: SignIn) -> None:
    page = read(sign_in("ampiq_user"), europe, "insights/numbers/")
    assert "42.9 % of 14" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Counted" in page
    assert "on data of" in page
    assert "Revenue" not in page


def test_a_choice_of_attributes_is_kept_for_the_person(europe: Segment, sign_in: SignIn, acme: Tenant) -> None:
    client = sign_in("ampiq_user")
    assert "Customers by country" in read(client, europe, "insights/charts/")
    answer = client.post(address(europe, "insights/attributes/"), {"columns": ["points", "born"]})
    assert answer.status_code == 302
    charts = read(client, europe, "insights/charts/")
    assert ("Customers by born" in charts, "Customers by country" in charts) == (True, False)
    assert "Customers by country" in read(sign_in("datagrid_operator"), europe, "insights/charts/")
    with tenant_scope(acme):
        assert BreakdownChoice.objects.get().attributes == ["points", "born"]


def test_what_is_not_offered_can_not_be_chosen(europe: Segment, sign_in: SignIn) -> None:
    answer = sign_in("restricted_pii").post(address(europe, "insights/attributes/"), {"columns": ["email"]})
    assert answer.status_code == 422
    assert "email is not one of the available choices" in answer.content.decode()


def test_personal_data_once_chosen_is_not_charted_for_who_may_not_see_it(
    europe: Segment, sign_in: SignIn, acme: Tenant
) -> None:
    client = sign_in("restricted_pii")
    with tenant_scope(acme):
        BreakdownChoice.objects.create(
            user_id=int(client.session["_auth_user_id"]), attributes=["email", "country"]
        )
    charts = read(client, europe, "insights/charts/")
    assert "Customers by country" in charts
    assert "example.com" not in charts


def test_customers_are_shown_and_found_by_key_or_address(europe: Segment, sign_in: SignIn) -> None:
    client = sign_in("ampiq_user")
    page = read(client, europe, "customers/")
    assert "6 of 6 customers" in page
    assert "Ana@Example.com" in page
    for said, theirs in (("C02", "bo@example.com"), (" BO@example.com ", "bo@example.com"), (" Cy@", "<bdi>C03<")):
        found = search(client, europe, said)
        assert (theirs in found, "eve@example.com" in found) == (True, False)
    assert "No such customer" in search(client, europe, "C12")


def test_restricted_people_see_no_personal_data_and_find_by_key_only(europe: Segment, sign_in: SignIn) -> None:
    client = sign_in("restricted_pii")
    page = read(client, europe, "customers/")
    assert NOTICE in page
    assert "xample.com" not in page
    assert "No such customer" not in search(client, europe, "C02")
    assert "No such customer" in search(client, europe, "bo@example.com")


def test_the_order_of_redacted_customers_tells_nothing_of_their_keys(
    europe: Segment, sign_in: SignIn, acme: Tenant
) -> None:
    def order(person: str) -> list[str]:
        return re.findall(r"<bdi>(\d+)</bdi>", read(sign_in(person), europe, "customers/"))

    assert order("restricted_pii") == (by_key := order("ampiq_user"))
    with tenant_scope(acme):
        Column.objects.filter(table__name="Customer360", name="customer_id").update(is_pii=True)
    assert order("ampiq_user") == by_key
    assert order("restricted_pii") != by_key
    assert sorted(order("restricted_pii")) == sorted(by_key)


def test_a_page_far_behind_the_last_is_the_last(europe: Segment, sign_in: SignIn) -> None:
    client = sign_in("ampiq_user")
    for number in ("9999999", "x", "-1", "²"):
        assert client.get(address(europe, f"customers/?page={number}")).status_code == 200


def test_before_there_is_data_the_pages_say_what_is_missing(acme: Tenant, sign_in: SignIn) -> None:
    with tenant_scope(acme):
        segment = create_segment(name="Early", rules=Rules(), actor=None)
    for rest in ("insights/panel/", "insights/numbers/", "insights/charts/", "customers/"):
        assert "Import a table of customers first" in read(sign_in("ampiq_user"), segment, rest)
    assert "Choose attributes" not in read(sign_in("ampiq_user"), segment, "insights/")
