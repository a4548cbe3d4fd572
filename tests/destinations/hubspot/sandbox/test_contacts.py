from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

CONTACTS = "/crm/objects/2026-09/contacts"


def create(sandbox: Sandbox, **properties: Any) -> Any:
    return sandbox.call("POST", CONTACTS, {"properties": properties})


def test_a_new_contact_answers_201_in_the_recorded_shape(sandbox: Sandbox) -> None:
    answer = create(sandbox, email="Ana@Example.com", firstname="Ana", annualrevenue="12")
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"id", "properties", "createdAt", "updatedAt", "archived", "url"}
    assert body["id"].isdecimal()
    assert body["archived"] is False
    assert body["createdAt"].endswith("Z")
    assert body["url"].endswith(f"/contacts/{sandbox.account.portal}/record/0-1/{body['id']}")
    properties = body["properties"]
    assert properties["email"] == "ana@example.com"
    assert properties["hs_object_id"] == body["id"]
    assert properties["hs_object_source_label"] == "INTEGRATION"
    assert properties["createdate"] == body["createdAt"]


def test_a_taken_address_conflicts_and_the_text_names_the_id(sandbox: Sandbox) -> None:
    (ana,) = sandbox.add_contacts("ana@example.com")
    answer = create(sandbox, email="ANA@example.com")
    assert answer.status_code == 409
    assert answer.json()["category"] == "CONFLICT"
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {ana}"


def test_a_contact_needs_an_address_or_a_name(sandbox: Sandbox) -> None:
    assert create(sandbox, city="Rome").status_code == 400
    assert create(sandbox, firstname="Ana").status_code == 201


def test_a_contact_is_read_by_id_and_by_address(sandbox: Sandbox) -> None:
    (ana,) = sandbox.add_contacts("ana+news@example.com", city="Rome")
    by_id = sandbox.call("GET", f"{CONTACTS}/{ana}?properties=city&properties=nope").json()
    assert by_id["properties"] == {"city": "Rome", "createdate": by_id["createdAt"]}
    by_email = sandbox.call("GET", f"{CONTACTS}/ana%2Bnews%40example.com?idProperty=email").json()
    assert by_email["id"] == ana
    assert set(by_email["properties"]) == {
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    }


@pytest.mark.parametrize("key", ["1", "not-a-number"])
def test_an_unknown_id_is_not_found(sandbox: Sandbox, key: str) -> None:
    answer = sandbox.call("GET", f"{CONTACTS}/{key}")
    assert answer.status_code == 404
    assert answer.json()["message"] == "Object not found.  objectId are usually numeric."
    assert answer.json()["category"] == "OBJECT_NOT_FOUND"


def test_pages_are_of_ten_and_at_most_a_hundred(sandbox: Sandbox) -> None:
    ids = sandbox.add_contacts(*(f"p{number:02d}@example.com" for number in range(12)))
    first = sandbox.call("GET", CONTACTS).json()
    assert [result["id"] for result in first["results"]] == ids[:10]
    rest = sandbox.call("GET", f"{CONTACTS}?after={first['paging']['next']['after']}").json()
    assert [result["id"] for result in rest["results"]] == ids[10:]
    assert "paging" not in rest
    assert sandbox.call("GET", f"{CONTACTS}?limit=101").status_code == 400


def test_an_update_clears_appends_and_moves_the_stage_forward_only(sandbox: Sandbox) -> None:
    options = [{"label": x, "value": x, "displayOrder": 0, "hidden": False} for x in "abc"]
    body = {
        "name": "tags",
        "label": "T",
        "type": "enumeration",
        "fieldType": "checkbox",
        "groupName": "contactinformation",
    }
    sandbox.call("POST", "/crm/properties/2026-09/contacts", body | {"options": options})
    (ana,) = sandbox.add_contacts("ana@example.com", city="Rome", lifecyclestage="customer", tags="a")
    path = f"{CONTACTS}/{ana}"
    changes = {"city": "", "tags": ";c", "lifecyclestage": "lead"}
    assert sandbox.call("PATCH", path, {"properties": changes}).status_code == 200
    kept = sandbox.state()["contacts"]["ana@example.com"]["properties"]
    assert kept == {"lifecyclestage": "customer", "tags": "a;c"}
    sandbox.call("PATCH", path, {"properties": {"lifecyclestage": ""}})
    sandbox.call("PATCH", path, {"properties": {"lifecyclestage": "lead"}})
    assert sandbox.state()["contacts"]["ana@example.com"]["properties"]["lifecyclestage"] == "lead"


def test_an_update_by_address_and_a_deletion(sandbox: Sandbox) -> None:
    (ana,) = sandbox.add_contacts("ana@example.com")
    path = f"{CONTACTS}/ana%40example.com?idProperty=email"
    assert sandbox.call("PATCH", path, {"properties": {"city": "Rome"}}).json()["id"] == ana
    assert sandbox.call("DELETE", f"{CONTACTS}/{ana}").status_code == 204
    assert sandbox.call("GET", f"{CONTACTS}/{ana}").status_code == 404
    assert sandbox.call("GET", f"{CONTACTS}/{ana}?archived=true").json()["archived"] is True
    assert sandbox.call("DELETE", f"{CONTACTS}/{ana}").status_code == 204


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("email", "bad@example.con", "INVALID_EMAIL"),
        ("nope", "x", "PROPERTY_DOESNT_EXIST"),
        ("lifecyclestage", "VIP", "INVALID_OPTION"),
        ("age", "twelve", "INVALID_LONG"),
        ("birthday", "1760000000001", "INVALID_DATE"),
        ("birthday", "soon", "INVALID_DATE"),
        ("closedate", "31/12/2026", "INVALID_DATE"),
        ("optin", "yes", "INVALID_OPTION"),
        ("hs_object_id", "1", "READ_ONLY_VALUE"),
        ("hs_additional_emails", "x@example.com", "READ_ONLY_VALUE"),
    ],
)
def test_values_that_do_not_fit_are_refused_with_their_code(
    sandbox: Sandbox, name: str, value: str, code: str
) -> None:
    make_properties(sandbox)
    (ana,) = sandbox.add_contacts("ana@example.com")
    answer = sandbox.call("PATCH", f"{CONTACTS}/{ana}", {"properties": {name: value}})
    assert answer.status_code == 400
    body = answer.json()
    assert body["category"] == "VALIDATION_ERROR"
    assert body["errors"][0]["code"] == code
    (listed,) = json.loads(body["message"].removeprefix("Property values were not valid: "))
    assert (listed["error"], listed["name"], listed["isValid"]) == (code, name, False)


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("age", 12, "12"),
        ("age", "-1.5", "-1.5"),
        ("birthday", "2026-11-20", "2026-11-20"),
        ("birthday", "1795132800000", "2026-11-20"),
        ("birthday", "2026-11-20T00:00:00Z", "2026-11-20"),
        ("closedate", "2026-11-20T10:30:00+02:00", "2026-11-20T08:30:00.000Z"),
        ("closedate", 1795132800000, "2026-11-20T00:00:00.000Z"),
        ("optin", True, "true"),
        ("city", "  Rome ", "  Rome "),
    ],
)
def test_values_that_fit_are_kept_as_strings(sandbox: Sandbox, name: str, given: Any, kept: str) -> None:
    make_properties(sandbox)
    assert create(sandbox, email="ana@example.com", **{name: given}).json()["properties"][name] == kept


def make_properties(sandbox: Sandbox) -> None:
    yes_no = [{"label": x, "value": x, "displayOrder": 0, "hidden": False} for x in ("true", "false")]
    shapes: dict[str, dict[str, Any]] = {
        "age": {"type": "number", "fieldType": "number"},
        "birthday": {"type": "date", "fieldType": "date"},
        "optin": {"type": "bool", "fieldType": "booleancheckbox", "options": yes_no},
    }
    for name, shape in shapes.items():
        body = {"name": name, "label": name, "groupName": "contactinformation", **shape}
        assert sandbox.call("POST", "/crm/properties/2026-09/contacts", body).status_code == 201


def test_property_names_with_capitals_are_refused_by_name(sandbox: Sandbox) -> None:
    answer = create(sandbox, email="ana@example.com", **{"Foo Bar": "x"})
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "Names for properties should be lowercase and have less than 100 characters. Invalid names: [Foo Bar]"
    )


def test_the_message_of_an_invalid_address_comes_in_the_language_of_the_user(sandbox: Sandbox) -> None:
    sandbox.switch(language="pt")
    body = create(sandbox, email="bad@example.con").json()
    assert body["errors"][0]["message"] == "O endereço de e-mail bad@example.con é inválido"
    assert body["errors"][0]["code"] == "INVALID_EMAIL"


def test_spaces_around_an_address_are_refused_or_trimmed_by_a_switch(sandbox: Sandbox) -> None:
    assert create(sandbox, email=" ana@example.com ").status_code == 400
    sandbox.switch(trim_emails=True)
    assert create(sandbox, email=" ana@example.com ").json()["properties"]["email"] == "ana@example.com"


@pytest.mark.parametrize(
    ("rule", "arguments", "value"),
    [
        ("MAX_LENGTH", ["3"], "Rome"),
        ("MIN_LENGTH", ["5"], "Rome"),
        ("REGEX", ["[a-z]+"], "Rome"),
        ("MIN_NUMBER", ["10"], "9"),
        ("MAX_NUMBER", ["10"], "11"),
    ],
)
def test_the_rules_of_the_administrators_hold_for_writes(
    sandbox: Sandbox, rule: str, arguments: list[str], value: str
) -> None:
    sandbox.control("POST", "rules", {"property": "city", "type": rule, "arguments": arguments})
    answer = create(sandbox, email="ana@example.com", city=value)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["context"] == {"propertyName": ["city"]}
    assert sandbox.state()["contacts"] == {}


def test_a_field_that_the_create_form_requires_is_required_of_creates_only(sandbox: Sandbox) -> None:
    (ana,) = sandbox.add_contacts("ana@example.com")
    sandbox.control("POST", "rules", {"property": "country", "type": "REQUIRED"})
    assert create(sandbox, email="bruno@example.com").status_code == 400
    assert create(sandbox, email="bruno@example.com", country="Italy").status_code == 201
    assert sandbox.call("PATCH", f"{CONTACTS}/{ana}", {"properties": {"city": "Rome"}}).status_code == 200
