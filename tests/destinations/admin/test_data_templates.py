"""The operators' forms for data templates, posted as a browser posts them, against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from destinations.delivery.connector import PreparedTarget
from destinations.delivery.models import Target
from destinations.delivery.specs import StatusLanding, TargetSpec
from destinations.models import DataTemplate, Destination
from tests.destinations.admin.entered import ADMIN, TEMPLATE, post_template, shown

if TYPE_CHECKING:
    from django.test import Client


def test_a_data_template_is_saved_with_its_mapping(operator: Client, destination: Destination) -> None:
    answer = post_template(operator, destination)

    assert answer.status_code == 302
    template = DataTemplate.objects.get()
    assert [(column.source, column.target, column.when_empty) for column in template.column_mappings()] == [
        ("email", "email", "leave"),
        ("first_name", "firstname", "clear"),
    ]


STATUS = {"lands_as": "status_property"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"available_to_campaigns": "on"}, "Campaigns need {{ campaign_name }} and {{ group_name }}"),
        ({"list_name": "{{ secret_key }}"}, "There is no variable"),
        ({"list_name": "{% load x %}"}, "Braces are for variables only"),
        ({"list_name": "x" * 201}, "at most 200 characters"),
        ({"list_name": "x" * 501}, "at most 500 characters"),
        (STATUS | {"property_name": "2026 spring"}, "must start with a letter"),
        (STATUS | {"property_name": "x" * 120}, "must start with a letter from a to z and have at most 99"),
        (
            STATUS | {"property_name": "First Name", "columns-target": ["email", "first_name", ""]},
            "is where a column",
        ),
        (STATUS | {"property_name": "City"}, "“city” that can't hold the status"),
        (STATUS | {"property_name": "hs_lead_status"}, "“hs_lead_status” that can't hold the status"),
        ({"columns-source": ["first_name"], "columns-target": ["firstname"]}, "No column is sent as “email”"),
        ({"columns-source": ["email", "a"], "columns-target": ["email", "email"]}, "all be sent as “email”"),
        ({"columns-source": ["email", "a"], "columns-target": ["email", ""]}, "needs both"),
        ({"columns-source": ["email", "a"], "columns-target": ["email", "no_such"]}, "no property “no_such”"),
        ({"columns-source": ["email", "a"], "columns-target": ["email", "createdate"]}, "read-only"),
        ({"columns-source": ["email", "a"], "columns-target": ["email", "9lives"]}, "must start with a letter"),
        ({"columns-source": ["email", "x" * 300], "columns-target": ["email", "city"]}, "at most 200 characters"),
        ({"columns-when_empty": ["leave", "explode", ""]}, "can't be read"),
        ({"columns-source": [], "columns-target": []}, "required"),
        ({"lands_as": "everything"}, "not one of the available choices"),
        ({"access": "root"}, "not one of the available choices"),
        ({"name": ""}, "required"),
    ],
)
def test_what_a_data_template_can_not_be_is_told(
    operator: Client, destination: Destination, changes: dict[str, Any], told: str
) -> None:
    page = shown(post_template(operator, destination, **changes))

    assert told in page.replace("&#x27;", "'")
    assert not DataTemplate.objects.exists()


def test_a_property_that_was_sent_to_before_keeps_holding_the_status(
    operator: Client, destination: Destination
) -> None:
    target = Target.objects.create(
        kind=destination.plugin_key,
        account=str(destination.credential.portal_id),
        spec=TargetSpec(status=StatusLanding(field="hs_lead_status", label="Lead")),
        owner_kind="test",
        owner_id=1,
    )
    status = STATUS | {"property_name": "hs_lead_status"}
    assert "can't hold" in shown(post_template(operator, destination, **status)).replace("&#x27;", "'")

    Target.objects.filter(pk=target.pk).update(prepared=PreparedTarget())

    assert post_template(operator, destination, **status).status_code == 302


def test_names_of_properties_are_normalised(operator: Client, destination: Destination) -> None:
    columns = {"columns-source": ["email", "First Name*"], "columns-target": ["email", "FirstName"]}
    post_template(operator, destination, **columns, **{"columns-when_empty": ["leave", "leave"]})

    assert DataTemplate.objects.get().column_mappings()[1].target == "firstname"


def test_names_of_templates_are_unique_within_their_destination(
    operator: Client, destination: Destination
) -> None:
    post_template(operator, destination)

    assert "has a data template with this name" in shown(post_template(operator, destination, name="LISTS"))


def test_a_template_is_added_from_its_destination(operator: Client, destination: Destination) -> None:
    answer = operator.get(f"{ADMIN}/destination/{destination.pk}/add-data-template/", follow=True)

    page = shown(answer)
    assert "For the destination “Marketing”" in page
    assert "First Name (firstname)" in page


def test_without_a_destination_one_is_chosen_first(operator: Client, destination: Destination) -> None:
    for query in ("", "?destination=999999", "?destination=x'--", f"?destination={'9' * 5000}", "?destination=٣"):
        assert "For which destination?" in shown(operator.get(f"{ADMIN}/datatemplate/add/{query}"))


def test_the_address_is_mapped_from_the_start_and_can_not_be_taken_away(
    operator: Client, destination: Destination
) -> None:
    page = shown(operator.get(f"{ADMIN}/datatemplate/add/?destination={destination.pk}"))
    refused = shown(
        post_template(operator, destination, **{"columns-source": ["city"], "columns-target": ["city"]})
    )

    for text in (page, refused):
        row = text.split("data-row")[1].split("</tr>")[0]
        assert '<input type="hidden" name="columns-target" value="email">' in row
        assert "data-remove" not in row
    assert 'name="columns-source" value="email"' in page


def test_the_second_of_two_operators_sees_the_mapping_of_the_first(
    operator: Client, destination: Destination
) -> None:
    post_template(operator, destination)
    template = DataTemplate.objects.get()
    address = f"{ADMIN}/datatemplate/{template.pk}/change/"
    opened = {**TEMPLATE, "seen_revision": str(template.revision)}

    first = operator.post(address, {**opened, "columns-target": ["email", "city", ""]})
    page = shown(operator.post(address, {**opened, "columns-target": ["email", "lastname", ""]}))

    assert first.status_code == 302
    assert "Datagrid Operator saved this" in page
    assert "Columns that are sent is now “email → email, first_name → city (cleared when empty)”" in page
    assert DataTemplate.objects.get().column_mappings()[1].target == "city"
