from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

BATCH = "/crm/objects/2026-09/contacts/batch"


def read(sandbox: Sandbox, *emails: str, properties: tuple[str, ...] = ("email",)) -> Any:
    body = {"idProperty": "email", "properties": properties, "inputs": [{"id": email} for email in emails]}
    return sandbox.call("POST", f"{BATCH}/read", body)


def test_a_read_by_email_where_all_are_there_answers_200_without_errors(sandbox: Sandbox) -> None:
    ids = sandbox.add_contacts("ana@example.com", "bruno@example.com", firstname="X")
    answer = read(
        sandbox, "ana@example.com", "bruno@example.com", properties=("email", "firstname", "phone", "nope")
    )
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "COMPLETE"
    assert "errors" not in body
    found = {result["id"]: result["properties"] for result in body["results"]}
    assert set(found) == set(ids)
    assert found[ids[0]] | {"createdate": ""} == {
        "createdate": "",
        "email": "ana@example.com",
        "firstname": "X",
        "phone": None,
    }


def test_missing_emails_are_one_grouped_error_of_a_207(sandbox: Sandbox) -> None:
    sandbox.add_contacts("ana@example.com")
    answer = read(sandbox, "ANA@example.com", "no1@example.com", "no2@example.com", "not an address")
    assert answer.status_code == 207
    body = answer.json()
    assert [result["properties"]["email"] for result in body["results"]] == ["ana@example.com"]
    assert body["numErrors"] == 1
    assert body["errors"] == [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some CONTACT objects, they may be deleted or not exist. "
            "Check that ids are valid.",
            "context": {"ids": ["no1@example.com", "no2@example.com", "not an address"]},
        }
    ]


def test_a_secondary_address_finds_the_contact_under_its_primary_one(sandbox: Sandbox) -> None:
    sandbox.add_contacts("ana@example.com")
    sandbox.add_secondary("ana@example.com", "ana.ruiz@example.org")
    body = read(sandbox, "ana.ruiz@example.org", properties=("email", "hs_additional_emails")).json()
    shown = body["results"][0]["properties"]
    assert shown["email"] == "ana@example.com"
    assert shown["hs_additional_emails"] == "ana.ruiz@example.org"


def test_two_addresses_of_one_contact_give_one_result_or_two_by_a_switch(sandbox: Sandbox) -> None:
    sandbox.add_contacts("ana@example.com")
    sandbox.add_secondary("ana@example.com", "ana.ruiz@example.org")
    asked = ("ana@example.com", "ana.ruiz@example.org")
    assert len(read(sandbox, *asked).json()["results"]) == 1
    sandbox.switch(one_result_per_contact=False)
    assert len(read(sandbox, *asked).json()["results"]) == 2


def test_a_merged_id_reads_as_the_survivor_and_is_left_out_of_updates(sandbox: Sandbox) -> None:
    survivor, other = sandbox.add_contacts("ana@example.com", "ana.old@example.com")
    sandbox.merge(survivor, other)
    body = sandbox.call("POST", f"{BATCH}/read", {"inputs": [{"id": other}]}).json()
    assert [result["id"] for result in body["results"]] == [survivor]
    answer = sandbox.call("POST", f"{BATCH}/update", {"inputs": [{"id": other, "properties": {"city": "Rome"}}]})
    assert answer.status_code == 200
    assert answer.json()["results"] == []
    assert "errors" not in answer.json()


@pytest.mark.parametrize("call", ["read", "create", "update", "archive"])
def test_101_inputs_are_refused_as_a_whole(sandbox: Sandbox, call: str) -> None:
    inputs = [{"id": str(number), "properties": {}} for number in range(101)]
    answer = sandbox.call("POST", f"{BATCH}/{call}", {"inputs": inputs})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("The maximum number of inputs supported in a batch is 100.")
    assert answer.json()["category"] == "VALIDATION_ERROR"


@pytest.mark.parametrize("body", [{}, {"inputs": {"id": "1"}}, {"input": []}])
def test_a_body_of_another_shape_does_nothing_and_says_so_to_nobody(
    sandbox: Sandbox, body: dict[str, Any]
) -> None:
    answer = sandbox.call("POST", f"{BATCH}/create", body)
    assert answer.status_code == 201
    assert answer.json()["results"] == []
    assert answer.json()["status"] == "COMPLETE"


def test_without_trace_ids_one_invalid_row_stops_the_whole_batch(sandbox: Sandbox) -> None:
    rows = [{"properties": {"email": email}} for email in ("ana@example.com", "bad@example.con")]
    answer = sandbox.call("POST", f"{BATCH}/create", {"inputs": rows})
    assert answer.status_code == 400
    body = answer.json()
    prefix, _, listed = body["message"].partition(": ")
    assert prefix == "Property values were not valid"
    assert json.loads(listed)[0] | {"portalId": 0} == {
        "isValid": False,
        "message": "Email address bad@example.con is invalid",
        "error": "INVALID_EMAIL",
        "name": "email",
        "localizedErrorMessage": "Email address bad@example.con is invalid",
        "portalId": 0,
    }
    assert body["errors"][0]["code"] == "INVALID_EMAIL"
    assert body["errors"][0]["context"] == {"propertyName": ["email"]}
    assert sandbox.state()["contacts"] == {}


def test_with_unique_trace_ids_only_the_bad_rows_of_a_create_fail(sandbox: Sandbox) -> None:
    (existing,) = sandbox.add_contacts("here@example.com")
    emails = ("ana@example.com", "bad@example.con", "here@example.com", "ana@example.com")
    rows = [{"properties": {"email": email}, "objectWriteTraceId": f"r{n}"} for n, email in enumerate(emails)]
    answer = sandbox.call("POST", f"{BATCH}/create", {"inputs": rows})
    assert answer.status_code == 207
    body = answer.json()
    assert [result["objectWriteTraceId"] for result in body["results"]] == ["r0"]
    errors = {error["context"]["objectWriteTraceId"][0]: error for error in body["errors"]}
    assert set(errors) == {"r1", "r2", "r3"}
    assert errors["r1"]["category"] == "VALIDATION_ERROR"
    assert '"error": "INVALID_EMAIL"' in errors["r1"]["message"]
    assert "errors" not in errors["r1"]
    assert errors["r2"]["category"] == "CONFLICT"
    assert errors["r2"]["message"] == f"Contact already exists. Existing ID: {existing}"
    assert errors["r2"]["context"]["existingId"] == [existing]
    assert body["numErrors"] == 3


def test_trace_ids_that_are_not_unique_are_as_good_as_none(sandbox: Sandbox) -> None:
    emails = ("ana@example.com", "bad@example.con")
    rows = [{"properties": {"email": email}, "objectWriteTraceId": "same"} for email in emails]
    assert sandbox.call("POST", f"{BATCH}/create", {"inputs": rows}).status_code == 400
    assert sandbox.state()["contacts"] == {}


def test_one_email_twice_in_a_create_is_a_conflict_of_the_whole_batch_without_an_id(sandbox: Sandbox) -> None:
    rows = [{"properties": {"email": "ana@example.com"}}] * 2
    answer = sandbox.call("POST", f"{BATCH}/create", {"inputs": rows})
    assert answer.status_code == 409
    assert (answer.json()["category"], answer.json()["message"]) == ("CONFLICT", "Contact already exists")
    assert sandbox.state()["contacts"] == {}


def test_partial_failures_answer_200_where_multi_status_is_switched_off(sandbox: Sandbox) -> None:
    sandbox.switch(multi_status=False)
    answer = read(sandbox, "nobody@example.com")
    assert answer.status_code == 200
    assert answer.json()["numErrors"] == 1


def test_an_update_writes_the_known_and_names_the_unknown(sandbox: Sandbox) -> None:
    (known,) = sandbox.add_contacts("ana@example.com", city="Rome")
    rows = [
        {"id": known, "properties": {"city": "", "country": "Italy"}},
        {"id": "9990001", "properties": {"city": "Nowhere"}},
    ]
    answer = sandbox.call("POST", f"{BATCH}/update", {"inputs": rows})
    assert answer.status_code == 207
    assert answer.json()["errors"][0]["context"]["ids"] == ["9990001"]
    assert sandbox.state()["contacts"]["ana@example.com"]["properties"] == {"country": "Italy"}


def test_duplicate_ids_are_refused_even_with_trace_ids(sandbox: Sandbox) -> None:
    (known,) = sandbox.add_contacts("ana@example.com")
    rows = [{"id": known, "properties": {"city": "Rome"}, "objectWriteTraceId": trace} for trace in "ab"]
    answer = sandbox.call("POST", f"{BATCH}/update", {"inputs": rows})
    assert answer.status_code == 400
    assert answer.json()["message"] == f"Duplicate IDs found in batch input: [{known}]. IDs must be unique"
    assert answer.json()["context"] == {"ids": [known]}


@pytest.mark.parametrize("name", ["email", "hs_object_id"])
def test_contacts_are_updated_by_record_id_only(sandbox: Sandbox, name: str) -> None:
    sandbox.add_contacts("ana@example.com")
    rows = [{"id": "ana@example.com", "idProperty": name, "properties": {"city": "Rome"}}]
    answer = sandbox.call("POST", f"{BATCH}/update", {"inputs": rows})
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        f"Unable to perform update/upsert by non-unique 0-1 property {name} in portal ID {sandbox.account.portal}"
    )


def test_an_id_must_be_a_string(sandbox: Sandbox) -> None:
    answer = sandbox.call("POST", f"{BATCH}/update", {"inputs": [{"id": 101, "properties": {}}]})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Invalid input JSON on line 1, column")


def test_an_update_to_an_address_of_somebody_else_conflicts(sandbox: Sandbox) -> None:
    ana, _ = sandbox.add_contacts("ana@example.com", "bruno@example.com")
    sandbox.add_secondary("bruno@example.com", "b2@example.com")
    rows = [{"id": ana, "properties": {"email": "b2@example.com"}, "objectWriteTraceId": "r1"}]
    answer = sandbox.call("POST", f"{BATCH}/update", {"inputs": rows})
    assert answer.status_code == 207
    assert answer.json()["errors"][0]["category"] == "CONFLICT"


def test_results_come_in_another_order_than_they_were_asked_for(sandbox: Sandbox) -> None:
    emails = [f"p{number:02d}@example.com" for number in range(50)]
    sandbox.add_contacts(*emails)
    shown = [result["properties"]["email"] for result in read(sandbox, *emails).json()["results"]]
    assert sorted(shown) == emails
    assert shown != emails


def test_an_archived_contact_is_found_no_more_and_its_address_is_free(sandbox: Sandbox) -> None:
    (known,) = sandbox.add_contacts("ana@example.com")
    assert sandbox.call("POST", f"{BATCH}/archive", {"inputs": [{"id": known}]}).status_code == 204
    assert read(sandbox, "ana@example.com").json()["results"] == []
    assert sandbox.add_contacts("ana@example.com") != [known]
