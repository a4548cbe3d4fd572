from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

PROPERTIES = "/crm/properties/2026-09/contacts"
OPTIONS = [
    {"label": value.capitalize(), "value": value, "displayOrder": order, "hidden": False}
    for order, value in enumerate(("realized", "existing", "exited"))
]
STATUS = {
    "name": "audience_vip",
    "label": "Audience VIP",
    "type": "enumeration",
    "fieldType": "select",
    "groupName": "contactinformation",
    "options": OPTIONS,
}


def create(sandbox: Sandbox, **parts: Any) -> Any:
    return sandbox.call("POST", PROPERTIES, STATUS | parts)


def test_a_new_property_answers_201_in_the_recorded_shape(sandbox: Sandbox) -> None:
    answer = create(sandbox)
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith("/audience_vip")
    shown = answer.json()
    assert shown["options"] == OPTIONS
    assert shown["hubspotDefined"] is False
    assert shown["modificationMetadata"] == {
        "archivable": True,
        "readOnlyDefinition": False,
        "readOnlyValue": False,
    }
    assert {"calculated", "externalOptions", "hasUniqueValue", "formField", "dataSensitivity", "createdAt"} <= set(
        shown
    )


def test_all_properties_come_without_paging(sandbox: Sandbox) -> None:
    create(sandbox)
    body = sandbox.call("GET", PROPERTIES).json()
    assert set(body) == {"results"}
    named = {each["name"]: each for each in body["results"]}
    assert "audience_vip" in named
    assert named["hs_object_id"]["modificationMetadata"]["readOnlyValue"]
    assert named["hs_additional_emails"]["type"] == "enumeration"
    assert named["email"]["hasUniqueValue"] is False


def test_a_taken_name_conflicts(sandbox: Sandbox) -> None:
    create(sandbox)
    answer = create(sandbox, label="Another")
    assert answer.status_code == 409
    body = answer.json()
    assert body["category"] == "OBJECT_ALREADY_EXISTS"
    assert body["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"
    assert body["message"] == "A property named 'audience_vip' already exists."
    assert body["context"] == {"name": ["audience_vip"]}


@pytest.mark.parametrize("name", ["Audience", "1audience", "audience vip", "a" * 101, "_x"])
def test_a_name_outside_the_rule_is_refused(sandbox: Sandbox, name: str) -> None:
    answer = create(sandbox, name=name)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Names for properties should be lowercase")


@pytest.mark.parametrize("field", ["name", "label", "type", "fieldType", "groupName"])
def test_five_fields_are_required(sandbox: Sandbox, field: str) -> None:
    assert create(sandbox, **{field: None}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "field"), [("string", "select"), ("number", "text"), ("date", "text"), ("odd", "text")]
)
def test_the_field_must_fit_the_type(sandbox: Sandbox, kind: str, field: str) -> None:
    assert create(sandbox, type=kind, fieldType=field, options=[]).status_code == 400


def test_an_enumeration_needs_options(sandbox: Sandbox) -> None:
    answer = create(sandbox, options=[])
    assert answer.status_code == 400
    assert answer.json()["subCategory"] == "PropertyValidationError.MISSING_OPTIONS"
    assert answer.json()["message"] == (
        "Property 'audience_vip' of object type '0-1' has no options but options are required!"
    )


def test_every_part_of_an_option_is_required(sandbox: Sandbox) -> None:
    assert create(sandbox, options=[{"label": "A", "value": "a"}]).status_code == 400


def test_changed_options_replace_the_whole_list(sandbox: Sandbox) -> None:
    create(sandbox)
    answer = sandbox.call("PATCH", f"{PROPERTIES}/audience_vip", {"options": OPTIONS[:1]})
    assert answer.status_code == 200
    assert sandbox.call("GET", f"{PROPERTIES}/audience_vip").json()["options"] == OPTIONS[:1]


def test_an_archived_property_is_gone_until_it_is_made_again(sandbox: Sandbox) -> None:
    create(sandbox)
    assert sandbox.call("DELETE", f"{PROPERTIES}/audience_vip").status_code == 204
    assert sandbox.call("GET", f"{PROPERTIES}/audience_vip").status_code == 404
    assert create(sandbox, label="Again").status_code == 201
    assert sandbox.call("GET", f"{PROPERTIES}/audience_vip").json()["label"] == "Again"


def test_hubspots_own_properties_stay(sandbox: Sandbox) -> None:
    assert sandbox.call("DELETE", f"{PROPERTIES}/email").status_code == 400


def test_a_new_property_can_be_read_only_after_a_while(sandbox: Sandbox) -> None:
    sandbox.switch(property_delay_ms=60_000)
    create(sandbox)
    assert sandbox.call("GET", f"{PROPERTIES}/audience_vip").status_code == 404
    sandbox.advance(61)
    assert sandbox.call("GET", f"{PROPERTIES}/audience_vip").status_code == 200


def test_ten_properties_may_be_unique(sandbox: Sandbox) -> None:
    plain = {"type": "string", "fieldType": "text", "options": [], "hasUniqueValue": True}
    statuses = [create(sandbox, name=f"key_{number}", **plain).status_code for number in range(11)]
    assert statuses == [201] * 10 + [400]


def test_the_rules_for_values_are_told(sandbox: Sandbox) -> None:
    sandbox.control("POST", "rules", {"property": "city", "type": "MAX_LENGTH", "arguments": ["3"]})
    rules = [{"ruleType": "MAX_LENGTH", "ruleArguments": ["3"]}]
    path = "/crm/property-validations/2026-09/0-1"
    assert sandbox.call("GET", path).json() == {
        "results": [{"propertyName": "city", "propertyValidationRules": rules}]
    }
    assert sandbox.call("GET", f"{path}/city").json() == {"results": rules}
