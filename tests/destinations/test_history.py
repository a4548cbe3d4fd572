from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlglot import parse_one
from sqlglot.expressions import Select

from accounts.access import access_of
from destinations import sending
from destinations.delivery.models import Delivery, Target
from destinations.delivery.outcomes import Counts
from destinations.delivery.specs import AudienceSpec, ListLanding, MappingSpec, Scope, TargetSpec
from destinations.history import deliveries_to, last_deliveries
from destinations.models import Credential, DataTemplate, Destination
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tenants.models import Tenant
    from tests.cast import Cast


@pytest.fixture
def destination(acme: Tenant) -> Destination:
    credential = Credential.objects.create(name="HubSpot", status=Credential.Status.CONNECTED, portal_id=4711)
    return Destination.objects.create(name="HubSpot", credential=credential, allow_business_users=True)


def delivery(destination: Destination, name: str, *, days_ago: int, scope: Scope = Scope.FULL) -> Delivery:
    connector = sending.connector_settings(destination)
    template, _ = DataTemplate.objects.get_or_create(name="List", destination=destination)
    query = parse_one("SELECT customer_id, email FROM Customer360")
    assert isinstance(query, Select)
    target, _ = Target.objects.get_or_create(
        owner_kind="campaign",
        owner_id=destination.pk,
        kind="hubspot",
        account="4711",
        defaults={"spec": TargetSpec(list=ListLanding(name="List")), "owner_label": "Group"},
    )
    return Delivery.objects.create(
        target=target,
        name=name,
        scope=scope,
        status=Delivery.Status.COMPLETED,
        audience=AudienceSpec.of(
            query, versions={"Customer360": 1}, key="customer_id", label="All", decided_by_pii=False
        ),
        mapping=MappingSpec(identity="email", data_template_id=template.pk),
        connector=connector,
        guards=sending.guards(destination),
        account=str(connector.account),
        counts={"audience": Counts(audience=1234, added=1234).audience, "added": 1234},
        created_at=clock.now() - timedelta(days=days_ago),
    )


def test_the_last_send_to_each_destination_is_found_and_dry_runs_are_none(
    destination: Destination, cast: Cast
) -> None:
    operator = access_of(cast["datagrid_operator"], cast.acme)
    other = Destination.objects.create(name="Other", credential=destination.credential)
    delivery(destination, "Earlier", days_ago=2)
    delivery(destination, "Latest", days_ago=1)
    delivery(destination, "Dry", days_ago=0, scope=Scope.DRY_RUN)
    delivery(other, "Elsewhere", days_ago=0)

    assert {pk: last.name for pk, last in last_deliveries([destination, other], operator).items()} == {
        destination.pk: "Latest",
        other.pk: "Elsewhere",
    }
    assert [sent.name for sent in deliveries_to([destination], operator)] == ["Latest", "Earlier"]


def test_a_destination_keeps_its_deliveries_when_it_is_renamed(
    destination: Destination, sign_in: Callable[[str], Client]
) -> None:
    delivery(destination, "Spring", days_ago=1)
    Destination.objects.update(name="Renamed")
    client = sign_in("ampiq_user")

    assert "Last delivery" in client.get("/t/acme/destinations/").content.decode()
    page = client.get(f"/t/acme/destinations/{destination.pk}/").content.decode()
    assert "Spring" in page
    assert "1,234" in page
