from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

LISTS = "/crm/lists/2026-09"


def create(sandbox: Sandbox, name: str, **parts: Any) -> Any:
    return sandbox.call("POST", LISTS, {"name": name, "objectTypeId": "0-1", "processingType": "MANUAL", **parts})


def made(sandbox: Sandbox, name: str = "VIP", *members: str) -> str:
    key: str = create(sandbox, name).json()["list"]["listId"]
    if members:
        sandbox.call("PUT", f"{LISTS}/{key}/memberships/add", list(members))
    return key


def change(sandbox: Sandbox, key: str, action: str, body: Any) -> Any:
    return sandbox.call("PUT", f"{LISTS}/{key}/memberships/{action}", body)


def test_a_new_list_answers_200_in_the_recorded_shape(sandbox: Sandbox) -> None:
    answer = create(sandbox, "Audience: VIP")
    assert answer.status_code == 200
    shown = answer.json()["list"]
    assert {
        name: shown[name] for name in ("name", "objectTypeId", "processingType", "processingStatus", "size")
    } == {
        "name": "Audience: VIP",
        "objectTypeId": "0-1",
        "processingType": "MANUAL",
        "processingStatus": "COMPLETE",
        "size": 0,
    }
    assert shown["listId"].isdecimal()
    assert shown["listVersion"] == 1
    assert shown["createdAt"] == shown["filtersUpdatedAt"]


def test_a_name_is_taken_whatever_its_case(sandbox: Sandbox) -> None:
    create(sandbox, "VIP")
    answer = create(sandbox, "vip")
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert answer.json()["subCategory"] == "ILS.DUPLICATE_LIST_NAMES"


@pytest.mark.parametrize(
    "parts",
    [
        {"name": ""},
        {"objectTypeId": "0-2"},
        {"processingType": "SNAPSHOT"},
        {"processingType": "DYNAMIC"},
        {"filterBranch": {"filterBranchType": "OR"}},
    ],
)
def test_a_list_that_makes_no_sense_is_refused(sandbox: Sandbox, parts: dict[str, Any]) -> None:
    assert create(sandbox, **{"name": "VIP"} | parts).status_code == 400


def test_a_list_is_found_by_id_by_name_by_ids_and_by_search(sandbox: Sandbox) -> None:
    key = made(sandbox, "Audience / VIP")
    made(sandbox, "Other")
    assert sandbox.call("GET", f"{LISTS}/{key}").json()["list"]["name"] == "Audience / VIP"
    by_name = sandbox.call("GET", f"{LISTS}/object-type-id/0-1/name/AUDIENCE%20%2F%20vip")
    assert by_name.json()["list"]["listId"] == key
    many = sandbox.call("GET", f"{LISTS}?listIds={key}&listIds=999").json()["lists"]
    assert [each["listId"] for each in many] == [key]
    body = {"query": "aud", "processingTypes": ["MANUAL"], "listIds": [], "offset": 0, "additionalProperties": []}
    hits = sandbox.call("POST", f"{LISTS}/search", body).json()
    assert (hits["total"], hits["offset"], hits["hasMore"]) == (1, 1, False)
    assert hits["lists"][0]["additionalProperties"]["hs_list_size"] == "0"


def test_a_search_without_its_required_fields_is_refused(sandbox: Sandbox) -> None:
    assert sandbox.call("POST", f"{LISTS}/search", {"query": "x"}).status_code == 400


def test_what_is_not_there_is_not_found(sandbox: Sandbox) -> None:
    for method, path in (
        ("GET", f"{LISTS}/999"),
        ("GET", f"{LISTS}/object-type-id/0-1/name/nope"),
        ("DELETE", f"{LISTS}/999"),
        ("GET", f"{LISTS}/999/memberships"),
        ("PUT", f"{LISTS}/999/memberships/add"),
    ):
        answer = sandbox.call(method, path, [])
        assert answer.status_code == 404
        assert answer.json()["category"] == "OBJECT_NOT_FOUND"


def test_a_list_is_renamed_to_a_free_name(sandbox: Sandbox) -> None:
    key = made(sandbox, "VIP")
    made(sandbox, "Other")
    renamed = sandbox.call("PUT", f"{LISTS}/{key}/update-list-name?listName=Best%20%26%20loyal")
    assert renamed.status_code == 200
    assert sandbox.call("GET", f"{LISTS}/{key}").json()["list"]["name"] == "Best & loyal"
    assert sandbox.call("PUT", f"{LISTS}/{key}/update-list-name?listName=OTHER").status_code == 400
    assert sandbox.call("PUT", f"{LISTS}/{key}/update-list-name?listName=best%20%26%20loyal").status_code == 200


def test_a_deleted_list_comes_back_with_its_members_for_90_days(sandbox: Sandbox) -> None:
    ids = sandbox.add_contacts("ana@example.com")
    key = made(sandbox, "VIP", *ids)
    assert sandbox.call("DELETE", f"{LISTS}/{key}").status_code == 204
    assert sandbox.call("GET", f"{LISTS}/{key}").status_code == 404
    assert sandbox.call("PUT", f"{LISTS}/{key}/restore").status_code == 204
    assert sandbox.members("VIP") == ["ana@example.com"]
    sandbox.call("DELETE", f"{LISTS}/{key}")
    sandbox.advance(91 * 86_400)
    assert sandbox.call("PUT", f"{LISTS}/{key}/restore").status_code == 404


def test_the_name_of_a_deleted_list_is_free(sandbox: Sandbox) -> None:
    key = made(sandbox, "VIP")
    sandbox.call("DELETE", f"{LISTS}/{key}")
    made(sandbox, "vip")
    assert sandbox.call("PUT", f"{LISTS}/{key}/restore").status_code == 400


def test_adding_names_the_new_and_the_missing_and_no_others(sandbox: Sandbox) -> None:
    ana, bruno, gone = sandbox.add_contacts("ana@example.com", "bruno@example.com", "gone@example.com")
    sandbox.archive(gone)
    key = made(sandbox, "VIP", ana)
    answer = change(sandbox, key, "add", [ana, bruno, bruno, gone, "9990001", "not-a-number"])
    assert answer.status_code == 200
    assert answer.json() == {
        "recordsIdsAdded": [bruno],
        "recordIdsRemoved": [],
        "recordIdsMissing": [gone, "9990001", "not-a-number"],
    }
    assert sandbox.members("VIP") == ["ana@example.com", "bruno@example.com"]


def test_removing_names_who_was_a_member(sandbox: Sandbox) -> None:
    ana, bruno = sandbox.add_contacts("ana@example.com", "bruno@example.com")
    key = made(sandbox, "VIP", ana)
    answer = change(sandbox, key, "remove", [ana, bruno])
    assert answer.json() == {"recordsIdsAdded": [], "recordIdsRemoved": [ana], "recordIdsMissing": []}


def test_adding_and_removing_at_once_needs_both_arrays(sandbox: Sandbox) -> None:
    ana, bruno = sandbox.add_contacts("ana@example.com", "bruno@example.com")
    key = made(sandbox, "VIP", ana)
    answer = change(sandbox, key, "add-and-remove", {"recordIdsToAdd": [bruno], "recordIdsToRemove": [ana]})
    assert (answer.json()["recordsIdsAdded"], answer.json()["recordIdsRemoved"]) == ([bruno], [ana])
    assert change(sandbox, key, "add-and-remove", {"recordIdsToAdd": [ana]}).status_code == 400


def test_the_largest_number_of_ids_in_a_call_is_a_switch(sandbox: Sandbox) -> None:
    key = made(sandbox)
    ids = [str(number) for number in range(2001)]
    assert change(sandbox, key, "add", ids).status_code == 200
    sandbox.switch(membership_ids_per_call=2000)
    assert change(sandbox, key, "add", ids).status_code == 400


def test_members_come_in_order_of_id_forwards_and_backwards(sandbox: Sandbox) -> None:
    ids = sandbox.add_contacts(*(f"p{number}@example.com" for number in range(5)))
    key = made(sandbox, "VIP", *reversed(ids))
    page = sandbox.call("GET", f"{LISTS}/{key}/memberships?limit=3").json()
    assert [member["recordId"] for member in page["results"]] == ids[:3]
    assert page["total"] == 5
    assert set(page["results"][0]) == {"recordId", "membershipTimestamp"}
    after = page["paging"]["next"]["after"]
    rest = sandbox.call("GET", f"{LISTS}/{key}/memberships?limit=3&after={after}").json()
    assert [member["recordId"] for member in rest["results"]] == ids[3:]
    assert "paging" not in rest
    back = sandbox.call("GET", f"{LISTS}/{key}/memberships?limit=2&before={after}").json()
    assert [member["recordId"] for member in back["results"]] == [ids[1], ids[0]]


def test_pages_of_members_hold_at_most_250(sandbox: Sandbox) -> None:
    key = made(sandbox)
    assert sandbox.call("GET", f"{LISTS}/{key}/memberships?limit=250").status_code == 200
    assert sandbox.call("GET", f"{LISTS}/{key}/memberships?limit=251").status_code == 400
    assert sandbox.call("GET", f"{LISTS}/{key}/memberships?after=%21").status_code == 400


def test_members_can_be_read_in_the_order_they_joined(sandbox: Sandbox) -> None:
    ana, bruno = sandbox.add_contacts("ana@example.com", "bruno@example.com")
    key = made(sandbox, "VIP", bruno)
    sandbox.advance(5)
    change(sandbox, key, "add", [ana])
    page = sandbox.call("GET", f"{LISTS}/{key}/memberships/join-order").json()
    assert [member["recordId"] for member in page["results"]] == [bruno, ana]


def test_a_list_takes_the_members_of_another_and_loses_all(sandbox: Sandbox) -> None:
    ids = sandbox.add_contacts("ana@example.com", "bruno@example.com")
    source, target = made(sandbox, "Source", *ids), made(sandbox, "Target")
    assert change(sandbox, target, f"add-from/{source}", None).status_code == 204
    assert len(sandbox.members("Target")) == 2
    assert change(sandbox, target, f"add-from/{target}", None).status_code == 400
    assert sandbox.call("DELETE", f"{LISTS}/{target}/memberships").status_code == 204
    assert sandbox.members("Target") == []


def test_the_lists_of_a_contact(sandbox: Sandbox) -> None:
    (ana,) = sandbox.add_contacts("ana@example.com")
    key = made(sandbox, "VIP", ana)
    shown = sandbox.call("GET", f"{LISTS}/records/0-1/{ana}/memberships").json()
    assert [each["listId"] for each in shown["results"]] == [key]
    assert sandbox.call("GET", f"{LISTS}/records/0-1/1/memberships").status_code == 404


def test_an_archived_contact_leaves_its_lists_and_a_merged_one_takes_them_along(sandbox: Sandbox) -> None:
    ana, bruno, carla = sandbox.add_contacts("ana@example.com", "bruno@example.com", "carla@example.com")
    made(sandbox, "VIP", bruno, carla)
    sandbox.archive(carla)
    sandbox.merge(ana, bruno)
    assert sandbox.members("VIP") == ["ana@example.com"]


def romans() -> dict[str, Any]:
    in_rome = {
        "filterType": "PROPERTY",
        "property": "city",
        "operation": {"operationType": "MULTISTRING", "operator": "IS_EQUAL_TO", "values": ["rome"]},
    }
    branch = {"filterBranchType": "AND", "filters": [in_rome], "filterBranches": []}
    return {"filterBranchType": "OR", "filters": [], "filterBranches": [branch]}


def test_a_dynamic_list_follows_its_filters_and_takes_nobody_by_hand(sandbox: Sandbox) -> None:
    ana, bruno = sandbox.add_contacts("ana@example.com", city="Rome") + sandbox.add_contacts("bruno@example.com")
    shown = create(sandbox, "Romans", processingType="DYNAMIC", filterBranch=romans()).json()["list"]
    assert shown["size"] == 1
    key = shown["listId"]
    assert "filterBranch" in sandbox.call("GET", f"{LISTS}/{key}?includeFilters=true").json()["list"]
    assert "filterBranch" not in sandbox.call("GET", f"{LISTS}/{key}").json()["list"]
    sandbox.call("PATCH", f"/crm/objects/2026-09/contacts/{bruno}", {"properties": {"city": "Rome"}})
    members = sandbox.call("GET", f"{LISTS}/{key}/memberships").json()["results"]
    assert [member["recordId"] for member in members] == [ana, bruno]
    assert change(sandbox, key, "add", [ana]).status_code == 400
    assert sandbox.call("DELETE", f"{LISTS}/{key}/memberships").status_code == 400


def test_the_filters_of_a_dynamic_list_can_change(sandbox: Sandbox) -> None:
    sandbox.add_contacts("ana@example.com", city="Rome")
    key = create(sandbox, "Romans", processingType="DYNAMIC", filterBranch=romans()).json()["list"]["listId"]
    nobody = {"filterBranchType": "OR", "filters": [], "filterBranches": []}
    answer = sandbox.call("PUT", f"{LISTS}/{key}/update-list-filters", {"filterBranch": nobody})
    assert answer.json()["list"]["size"] == 0
