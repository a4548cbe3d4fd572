"""A segment from draft to numbers, on a tenant's real tables."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.models import AuditEvent
from customer360 import storage
from customer360.engine import DataType
from customer360.manifest import Manifest, ManifestFile
from customer360.models import Column, Table
from customer360.services import publish_version
from runtime import clock
from segments import services
from segments.editor.changes import nameless
from segments.errors import (
    CircularSegmentError,
    NothingToTakeBackError,
    RulesError,
    SegmentChangedError,
    SegmentError,
)
from segments.insights import insights
from segments.models import Segment
from segments.nesting import asked_about
from segments.operators import Operator
from segments.rules import (
    AggregateCondition,
    AttributeCondition,
    Condition,
    Group,
    Measure,
    MembershipCondition,
    Rules,
    Section,
)
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tenants.models import Tenant

    SignIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db

REDACTED = "Some personally identifiable information has been redacted from these results."


def asking(*conditions: Condition) -> Rules:
    return Rules(include=Group(sections=(Section(conditions=conditions),)))


IN_SPAIN = asking(AttributeCondition(attribute="country", operator=Operator.EXACTLY, values=("Spain",)))
ANA = asking(AttributeCondition(attribute="email", operator=Operator.CONTAINS, values=("secret-ana",)))


def made(name: str, rules: Rules = IN_SPAIN) -> Segment:
    segment = services.create_segment(name=name, rules=rules, actor=None)
    services.activate_segment(segment=segment, actor=None)
    segment.refresh_from_db()
    return segment


def test_insights_say_how_many_and_what_they_are_worth(tables: None) -> None:
    numbers = insights(IN_SPAIN)
    assert (numbers.customers, numbers.everybody, numbers.reachable, numbers.active) == (3, 4, 2, 1)
    assert numbers.revenue == Decimal("15.00")
    assert numbers.share == pytest.approx(0.75)
    assert numbers.revenue_per_customer == Decimal("5.00")


def test_orders_count_whose_table_writes_the_customers_key_as_text(tables: None) -> None:
    orders = Table.objects.get(name="Orders")
    orders.columns.filter(name="customer").update(type=DataType.STRING)
    rows = {"customer": ["1", "2", "x"], "at": [clock.now()] * 3, "value": [Decimal("2.00")] * 3}
    path = storage.new_file(orders)
    pq.write_table(pa.table(rows), path)
    publish_version(
        table=orders,
        manifest=Manifest(columns=tuple(rows), files=(ManifestFile(name=storage.name_of(path), rows=3),)),
        row_count=3,
    )
    numbers = insights(IN_SPAIN)
    assert (numbers.customers, numbers.active, numbers.revenue) == (3, 2, Decimal("4.00"))


def test_nothing_is_told_of_orders_whose_value_is_personal(tables: None) -> None:
    assert insights(IN_SPAIN, redact=True).revenue == Decimal("15.00")
    Column.objects.filter(name="value").update(is_pii=True)
    told = insights(IN_SPAIN, redact=True)
    assert (told.customers, told.active, told.revenue) == (3, None, None)


def test_insights_without_customers_are_zeros(tables: None) -> None:
    nobody = asking(AttributeCondition(attribute="country", operator=Operator.EXACTLY, values=("Atlantis",)))
    numbers = insights(nobody)
    assert (numbers.customers, numbers.reachable, numbers.active, numbers.revenue) == (0, 0, 0, Decimal(0))
    assert (numbers.share, numbers.reachable_share, numbers.revenue_per_customer) == (0, 0, None)


def test_an_active_segment_keeps_saying_what_it_said_while_a_draft_is_written(tables: None) -> None:
    segment = made("Spain")
    services.edit_draft(segment=segment, revision=1, change=lambda _rules: ANA, actor=None)
    segment.refresh_from_db()
    assert segment.rules == IN_SPAIN
    services.activate_segment(segment=segment, actor=None)
    segment.refresh_from_db()
    assert (segment.rules, segment.active_version.number) == (ANA, 2)


def test_activating_the_same_rules_again_makes_no_version(tables: None) -> None:
    segment = made("Spain")
    assert services.activate_segment(segment=segment, actor=None).number == 1
    assert segment.versions.count() == 1


def test_what_does_not_fit_the_data_is_not_activated(tables: None) -> None:
    wrong = asking(AttributeCondition(attribute="planet", operator=Operator.EMPTY))
    segment = services.create_segment(name="Wrong", rules=wrong, actor=None)
    with pytest.raises(RulesError, match="no attribute “planet”"):
        services.activate_segment(segment=segment, actor=None)
    segment.refresh_from_db()
    assert (segment.status, segment.versions.count()) == (Segment.Status.DRAFT, 0)


def test_a_segment_may_ask_about_another_and_never_about_itself(tables: None) -> None:
    spain = made("Spain")
    nested = made("Nested", asking(MembershipCondition(segment=spain.pk)))
    assert insights(nested.rules).customers == 3
    circle = asking(MembershipCondition(segment=nested.pk))
    services.edit_draft(segment=spain, revision=1, change=lambda _rules: circle, actor=None)
    with pytest.raises(CircularSegmentError):
        services.activate_segment(segment=spain, actor=None)
    assert asked_about([nested.pk], {nested.pk: nested.rules, spain.pk: IN_SPAIN}) == {nested.pk, spain.pk}


def test_the_second_of_two_people_does_not_overwrite_the_first(tables: None) -> None:
    segment = made("Spain")
    services.edit_draft(segment=segment, revision=1, change=lambda _rules: ANA, actor=None)
    with pytest.raises(SegmentChangedError):
        services.edit_draft(segment=segment, revision=1, change=lambda _rules: IN_SPAIN, actor=None)
    segment.refresh_from_db()
    assert Rules.model_validate(segment.draft_rules) == ANA


def test_a_name_is_taken_once_whatever_its_case(tables: None) -> None:
    made("Spain")
    with pytest.raises(SegmentError, match="already"):
        services.create_segment(name="SPAIN", rules=IN_SPAIN, actor=None)


def test_making_and_activating_is_audited(tables: None) -> None:
    made("Spain")
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"segment:created", "segment:activated"}


@pytest.fixture
def ana_segment(acme: Tenant, filled: None) -> int:
    with tenant_scope(acme):
        return made("Ana", ANA).pk


def test_an_earlier_version_takes_the_place_of_a_draft_that_nobody_can_read(
    sign_in: SignIn, acme: Tenant, ana_segment: int
) -> None:
    client = sign_in("ampiq_user")
    written = {"include": {"sections": [{"conditions": [{"kind": "stars", "sign": "leo"}]}]}}
    with tenant_scope(acme):
        segment = Segment.objects.get(pk=ana_segment)
        services.edit_draft(segment=segment, revision=1, change=lambda _rules: IN_SPAIN, actor=None)
        Segment.objects.filter(pk=ana_segment).update(draft_rules=written)
        segment.versions.create(number=2, rules=written)
    versions = client.get(f"/t/acme/segments/{ana_segment}/edit/", follow=True).content.decode()
    assert "can no longer be read" in versions
    assert "/versions/1/restore/" in versions
    assert "/versions/2/restore/" not in versions
    client.post(f"/t/acme/segments/{ana_segment}/versions/1/restore/")
    with tenant_scope(acme):
        segment = Segment.objects.get(pk=ana_segment)
        assert nameless(segment.draft) == nameless(ANA)
        assert segment.edits.filter(rules=written).exists()
        with pytest.raises(NothingToTakeBackError):
            services.take_back(segment=segment, revision=segment.revision, actor=None)
    assert "secret-ana" in page(client, f"segments/{ana_segment}/edit/")


def page(client: Client, address: str) -> str:
    answer = client.get(f"/t/acme/{address}")
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_pages_of_segments_say_who_and_how_many(sign_in: SignIn, ana_segment: int) -> None:
    client = sign_in("ampiq_user")
    assert "Ana" in page(client, "segments/")
    assert "secret-ana" in page(client, f"segments/{ana_segment}/")
    assert "secret-ana" in page(client, f"segments/{ana_segment}/sql/")
    assert "of 4" in page(client, f"segments/{ana_segment}/insights/panel/")


def test_values_compared_with_personal_data_are_redacted(sign_in: SignIn, ana_segment: int) -> None:
    client = sign_in("restricted_pii")
    for address in ("segments/", f"segments/{ana_segment}/", f"segments/{ana_segment}/sql/"):
        assert "secret-ana" not in page(client, address)
    assert REDACTED in page(client, f"segments/{ana_segment}/sql/")


def test_values_compared_with_personal_data_of_another_table_are_redacted(
    sign_in: SignIn, acme: Tenant, filled: None
) -> None:
    with tenant_scope(acme):
        Column.objects.filter(table__name="Orders", name="value").update(is_pii=True)
        greatest = AggregateCondition(
            table="Orders",
            measure=Measure.GREATEST,
            column="value",
            operator=Operator.AT_LEAST,
            values=("987654",),
        )
        segment = made("Spent much", asking(greatest)).pk
    for address in (f"segments/{segment}/", f"segments/{segment}/sql/"):
        assert "987654" in page(sign_in("ampiq_user"), address)
        restricted = page(sign_in("restricted_pii"), address)
        assert "987654" not in restricted
        assert REDACTED in restricted


def test_a_segment_of_another_tenant_does_not_exist(sign_in: SignIn, ana_segment: int) -> None:
    client = sign_in("globex_administrator")
    assert client.get(f"/t/globex/segments/{ana_segment}/").status_code == 404
    assert client.get(f"/t/acme/segments/{ana_segment}/").status_code == 404


def test_pages_say_what_is_missing_without_data(sign_in: SignIn, acme: Tenant) -> None:
    with tenant_scope(acme):
        segment = services.create_segment(name="Early", rules=IN_SPAIN, actor=None)
    client = sign_in("ampiq_user")
    for address in (
        f"segments/{segment.pk}/",
        f"segments/{segment.pk}/insights/panel/",
        f"segments/{segment.pk}/sql/",
    ):
        assert "no customer profiles yet" in page(client, address)


def test_the_list_teaches_when_it_is_empty(sign_in: SignIn, acme: Tenant) -> None:
    assert "Describe your first audience" in page(sign_in("ampiq_user"), "segments/")
