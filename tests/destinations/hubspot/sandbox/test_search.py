from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

SEARCH = "/crm/objects/2026-09/contacts/search"


def found(sandbox: Sandbox, *filters: dict[str, Any], **body: Any) -> list[str]:
    answer = sandbox.call("POST", SEARCH, {"filterGroups": [{"filters": list(filters)}], **body})
    assert answer.status_code == 200, answer.text
    return sorted(result["properties"]["email"] for result in answer.json()["results"])


def given(name: str, operator: str, **values: Any) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, **values}


@pytest.fixture
def people(sandbox: Sandbox) -> None:
    sandbox.add_contacts("ana@example.com", city="Rome", annualrevenue="9")
    sandbox.add_contacts("bruno@example.com", city="Paris", annualrevenue="10")
    sandbox.add_contacts("carla@example.com")


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ([given("email", "EQ", value="ANA@example.com")], ["ana"]),
        ([given("email", "IN", values=["ana@example.com", "carla@example.com"])], ["ana", "carla"]),
        ([given("city", "EQ", value="rome")], ["ana"]),
        ([given("city", "NEQ", value="rome")], ["bruno", "carla"]),
        ([given("city", "NOT_IN", values=["rome"]), given("city", "HAS_PROPERTY")], ["bruno"]),
        ([given("city", "NOT_HAS_PROPERTY")], ["carla"]),
        ([given("annualrevenue", "GT", value="9")], ["bruno"]),
        ([given("annualrevenue", "GTE", value="9")], ["ana", "bruno"]),
        ([given("annualrevenue", "LT", value="10")], ["ana"]),
        ([given("annualrevenue", "LTE", value="10")], ["ana", "bruno"]),
        ([given("email", "CONTAINS_TOKEN", value="*runo*")], ["bruno"]),
        ([given("email", "NOT_CONTAINS_TOKEN", value="*runo*")], ["ana", "carla"]),
    ],
)
def test_filters_of_a_group_are_joined_by_and(
    sandbox: Sandbox, people: None, filters: list[dict[str, Any]], names: list[str]
) -> None:
    assert found(sandbox, *filters) == [f"{name}@example.com" for name in names]


def test_groups_are_joined_by_or(sandbox: Sandbox, people: None) -> None:
    groups = [{"filters": [given("city", "EQ", value=city)]} for city in ("rome", "paris")]
    body = sandbox.call("POST", SEARCH, {"filterGroups": groups}).json()
    assert body["total"] == 2


def test_a_query_looks_into_names_and_addresses(sandbox: Sandbox, people: None) -> None:
    assert found(sandbox, query="BRUNO") == ["bruno@example.com"]


def test_a_secondary_address_is_found_by_its_own_property(sandbox: Sandbox, people: None) -> None:
    sandbox.add_secondary("ana@example.com", "ana2@example.org")
    assert found(sandbox, given("hs_additional_emails", "CONTAINS_TOKEN", value="ana2@example.org")) == [
        "ana@example.com"
    ]


def test_pages_go_on_after_a_number(sandbox: Sandbox, people: None) -> None:
    first = sandbox.call("POST", SEARCH, {"limit": 2}).json()
    assert (first["total"], len(first["results"]), first["paging"]) == (3, 2, {"next": {"after": "2"}})
    rest = sandbox.call("POST", SEARCH, {"limit": 2, "after": "2"}).json()
    assert len(rest["results"]) == 1
    assert "paging" not in rest


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "9990", "limit": 20},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [given("city", "HAS_PROPERTY")] * 7}]},
        {"filterGroups": [{"filters": [given("city", "HAS_PROPERTY")] * 5}] * 4},
        {"query": "x" * 3001},
        {"filterGroups": [{"filters": [given("city", "LIKE", value="x")]}]},
        {"filterGroups": [{"filters": [given("nope", "EQ", value="x")]}]},
    ],
)
def test_searches_beyond_the_limits_are_refused(sandbox: Sandbox, body: dict[str, Any]) -> None:
    assert sandbox.call("POST", SEARCH, body).status_code == 400


def test_the_index_is_behind_the_contacts(sandbox: Sandbox, people: None) -> None:
    sandbox.switch(search_lag_seconds=30.0)
    assert found(sandbox) == []
    sandbox.advance(31)
    assert len(found(sandbox)) == 3


def test_a_fresh_contact_may_appear_and_vanish(sandbox: Sandbox, people: None) -> None:
    sandbox.switch(search_lag_seconds=30.0, search_flaps=True)
    sandbox.advance(31)
    assert {len(found(sandbox)) for _ in range(30)} > {3}
    sandbox.advance(31)
    assert {len(found(sandbox)) for _ in range(10)} == {3}
