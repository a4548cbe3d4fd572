"""What personal data decides is not shown to people with Restrict PII access, whoever asked."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from customer360.imports.services import run_import
from customer360.lists import current_lists
from customer360.models import Import, Table
from segments import services
from segments.editor.picklists import picklist
from segments.models import Segment, SegmentVersion
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, MembershipCondition, Rules, Section
from segments.stored import UNREADABLE
from tenants.scope import tenant_scope
from tests.segments.test_uploaded_lists import upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from segments.rules import Condition
    from tenants.models import Tenant

    SignIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db

WITHHELD = "Personal data decides who matches"
ANA = AttributeCondition(id="ana", attribute="email", operator=Operator.CONTAINS, values=("ana",))
SPAIN = AttributeCondition(id="es", attribute="country", operator=Operator.EXACTLY, values=("Spain",))


def segment(name: str, *conditions: Condition, active: bool = True) -> Segment:
    section = Section(id="s", conditions=conditions)
    made = services.create_segment(name=name, rules=Rules(include=Group(sections=(section,))), actor=None)
    if active:
        services.activate_segment(segment=made, actor=None)
    return made


def test_numbers_charts_customers_and_sizes_are_withheld(acme: Tenant, filled: None, sign_in: SignIn) -> None:
    with tenant_scope(acme):
        ana = segment("Ana", ANA)
        further = segment("Further", SPAIN, MembershipCondition(segment=ana.pk))
        spain = segment("Spain", SPAIN)
    restricted, other = sign_in("restricted_pii"), sign_in("ampiq_user")

    def seen(client: Client, address: str) -> str:
        return client.get(f"/t/acme/segments/{address}").content.decode()

    pages = ("insights/panel/", "insights/numbers/", "insights/charts/", "customers/", "edit/count/?page=p")
    for page in pages:
        assert WITHHELD not in seen(other, f"{ana.pk}/{page}")
        assert WITHHELD not in seen(restricted, f"{spain.pk}/{page}")
        for withheld in (ana, further):
            body = seen(restricted, f"{withheld.pk}/{page}")
            assert WITHHELD in body
            assert 'class="figure num"' not in body
    assert restricted.post(f"/t/acme/segments/{ana.pk}/customers/file/").status_code == 403
    assert WITHHELD in restricted.post(f"/t/acme/segments/{ana.pk}/customers/", {"search": "1"}).content.decode()
    sizes = seen(restricted, f"sizes/?ids={ana.pk}&ids={further.pk}&ids={spain.pk}")
    assert [f'id="size-{each.pk}"' in sizes for each in (ana, further, spain)] == [True] * 3
    assert (sizes.count("hidden from you</span>"), sizes.count(">3<")) == (2, 1)

    with tenant_scope(acme):
        Table.objects.filter(name="Customer360").update(decided_by_pii=True)
        assert not picklist("Customer360", "country", "", restricted=False).hidden
        assert picklist("Customer360", "country", "", restricted=True).hidden
    for page in pages:
        assert WITHHELD in seen(restricted, f"{spain.pk}/{page}")
        assert WITHHELD not in seen(other, f"{spain.pk}/{page}")


def test_a_segment_that_cannot_be_read_says_so_stops_no_other_and_counts_as_personal(
    acme: Tenant, filled: None, sign_in: SignIn
) -> None:
    with tenant_scope(acme):
        broken, spain = segment("Broken", SPAIN), segment("Spain", SPAIN)
        asking = segment("Asking", MembershipCondition(segment=broken.pk))
        SegmentVersion.objects.filter(segment=broken).update(rules={"no": "longer"})
        Segment.objects.filter(pk=broken.pk).update(draft_rules={"no": "longer"})
    restricted, other = sign_in("restricted_pii"), sign_in("ampiq_user")

    def seen(client: Client, address: str) -> str:
        answer = client.get(f"/t/acme/segments/{address}", follow=True)
        assert answer.status_code == 200
        return unescape(answer.content.decode())

    pages = ("", "sql/", "edit/", "insights/numbers/", "insights/charts/", "customers/")
    assert [page for page in pages if UNREADABLE not in seen(other, f"{broken.pk}/{page}")] == []
    assert "What has changed can't be shown right now." in seen(other, f"{broken.pk}/versions/")
    for action in ("copy/", "customers/file/"):
        told = other.post(f"/t/acme/segments/{broken.pk}/{action}", follow=True)
        assert UNREADABLE in unescape(told.content.decode())
    assert "that can no longer be read" in seen(other, f"{asking.pk}/insights/numbers/")
    assert WITHHELD in seen(restricted, f"{asking.pk}/insights/numbers/")
    sizes = f"sizes/?ids={broken.pk}&ids={spain.pk}"
    assert [seen(client, sizes).count(">3<") for client in (restricted, other)] == [1, 1]
    for address in ("", "lists/", f"{spain.pk}/", f"{spain.pk}/edit/", f"{spain.pk}/insights/numbers/"):
        assert "can't be read" not in seen(other, address)


def test_what_somebody_else_drafted_about_personal_data_is_not_activated_nor_told(
    acme: Tenant, filled: None, sign_in: SignIn
) -> None:
    wrong = AttributeCondition(id="w", attribute="email", operator=Operator.GREATER, values=("secret-1",))
    with tenant_scope(acme):
        drafted = segment("Drafted", SPAIN, ANA, wrong, active=False)
    restricted = sign_in("restricted_pii")
    answer = restricted.post(f"/t/acme/segments/{drafted.pk}/activate/", follow=True).content.decode()
    assert "personal data" in answer
    assert "secret-1" not in answer
    assert "can&#x27;t be asked" not in answer
    with tenant_scope(acme):
        assert not Segment.objects.active().exists()


def test_a_list_of_addresses_is_neither_uploaded_nor_used(acme: Tenant, filled: None, sign_in: SignIn) -> None:
    restricted = sign_in("restricted_pii")
    assert "personal data" in upload(restricted, b"email\nana@example.com\n", name="Ana alone")
    with tenant_scope(acme):
        assert not Import.objects.exists()
        upload(sign_in("ampiq_user"), b"email\nana@example.com\n", name="By address")
        upload(restricted, b"id\n1\n", name="By key")
        for each in Import.objects.all():
            run_import(import_id=each.pk)
        by_address, by_key = (Table.objects.get(name=name) for name in ("By address", "By key"))
    for table, made in ((by_address, 0), (by_key, 1)):
        restricted.post(f"/t/acme/segments/lists/{table.pk}/use/")
        with tenant_scope(acme):
            assert Segment.objects.count() == made


def test_marks_of_a_list_outlast_its_next_upload(acme: Tenant, filled: None, sign_in: SignIn) -> None:
    with tenant_scope(acme):
        upload(sign_in("ampiq_user"), b"id\n1\n", name="VIPs")
        run_import(import_id=Import.objects.get().pk)
        Table.objects.get(name="VIPs").columns.update(is_pii=True)
        upload(sign_in("ampiq_user"), b"id\n2\n", name="VIPs")
        run_import(import_id=Import.objects.latest("created_at").pk)
        assert current_lists()["VIPs"].is_personal
