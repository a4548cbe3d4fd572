from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations import sending
from destinations.delivery.specs import FieldKind, ForeignMembers
from destinations.errors import NameTemplateError
from destinations.hubspot.settings import HubSpotSettings
from destinations.mappings import ColumnMapping, WhenEmpty
from destinations.models import AccountFields, Credential, DataTemplate, Destination

if TYPE_CHECKING:
    from tenants.models import Tenant

NAMES = {"campaign_name": "Spring", "group_name": "Offer"}


@pytest.fixture
def template(acme: Tenant) -> DataTemplate:
    credential = Credential.objects.create(
        name="HubSpot", kind="oauth", portal_id=4711, app_id="app", time_zone="Europe/London"
    )
    fields = [
        {"name": "email"},
        {"name": "orders", "kind": "number"},
        {"name": "tier", "kind": "option", "options": [{"value": "gold"}, {"value": "silver"}]},
    ]
    AccountFields.objects.create(credential=credential, fields=fields)
    settings = HubSpotSettings(create_new_contacts=True, foreign_members=ForeignMembers.KEEP, quota_share=75)
    destination = Destination.objects.create(
        name="HubSpot", credential=credential, settings=settings.model_dump(mode="json")
    )
    return DataTemplate.objects.create(
        destination=destination,
        name="Both",
        lands_as="both",
        list_name="{{ campaign_name }} - {{ group_name }}",
        property_name="Audience {{ campaign_name }} {{ group_name }}",
        mapping=[
            {"source": "address", "target": "email"},
            {"source": "order_count", "target": "orders", "when_empty": "clear"},
            {"source": "status", "target": "tier"},
        ],
    )


def test_the_engine_learns_the_account_what_may_be_done_and_how_much(template: DataTemplate) -> None:
    told = sending.connector_settings(template.destination)

    assert str(told.account) == "hubspot:4711:app"
    assert (told.create_missing, told.destination_id) == (True, template.destination_id)
    assert (told.allowance.burst, told.allowance.reserve, told.allowance.time_zone) == (110, 0.25, "Europe/London")


def test_an_audience_lands_under_its_rendered_names(template: DataTemplate) -> None:
    target = sending.target_spec(template, NAMES)

    assert target.list is not None
    assert (target.list.name, target.list.foreign_members) == ("Spring - Offer", "keep")
    assert target.status is not None
    assert (target.status.field, target.status.label) == ("audience_spring_offer", "Audience Spring Offer")


def test_a_name_left_open_must_be_given(template: DataTemplate) -> None:
    template.list_name = ""

    given = sending.target_spec(template, NAMES, list_name="Chosen here")

    assert given.list is not None
    assert given.list.name == "Chosen here"
    with pytest.raises(NameTemplateError, match="enter one here"):
        sending.target_spec(template, NAMES)


def test_a_name_that_only_campaigns_can_fill_in_is_left_open_to_orchestrations(template: DataTemplate) -> None:
    own = {"object_name": "Lapsed", "orchestration_name": "Weekly"}
    assert template.open_names == {"list_name", "property_name"}

    given = sending.target_spec(template, own, list_name="{{ object_name }}", property_name="Weekly lapsed")

    assert given.list is not None
    assert given.status is not None
    assert (given.list.name, given.status.label) == ("Lapsed", "Weekly lapsed")
    with pytest.raises(NameTemplateError, match="“campaign_name” has no value here"):
        sending.target_spec(template, own)


@pytest.mark.parametrize(
    ("lands_as", "list_name", "still_open"),
    [
        ("list", "{{ object_name }}", set()),
        ("list", "Fixed", set()),
        ("list", "", {"list_name"}),
        ("list", "{{ object_name }} {{ group_name }}", {"list_name"}),
        ("status_property", "", {"property_name"}),
    ],
)
def test_names_are_open_where_nothing_that_is_known_fills_them(
    lands_as: str, list_name: str, still_open: set[str]
) -> None:
    assert DataTemplate(lands_as=lands_as, list_name=list_name).open_names == still_open


def test_columns_are_written_as_the_accounts_fields_want_them(template: DataTemplate) -> None:
    spec = sending.mapping_spec(template, pii={"address"})

    orders, tier = spec.fields
    assert spec.identity == "address"
    assert (orders.column, orders.field, orders.kind, orders.keep_when_empty, orders.pii) == (
        "order_count",
        "orders",
        FieldKind.NUMBER,
        False,
        False,
    )
    assert (tier.kind, tier.options, tier.keep_when_empty) == (FieldKind.OPTION, ("gold", "silver"), True)


def test_a_groups_attributes_replace_all_but_the_identity(template: DataTemplate) -> None:
    own = [
        ColumnMapping(source="other", target="email"),
        ColumnMapping(source="n", target="orders", when_empty=WhenEmpty.CLEAR),
    ]

    spec = sending.mapping_spec(template, own)

    assert (spec.identity, [field.column for field in spec.fields]) == ("address", ["n"])
    assert all(field.pii for field in spec.fields)
