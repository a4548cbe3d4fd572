from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox


@pytest.mark.parametrize(
    "path",
    [
        "/crm/v3/objects/contacts",
        "/crm/objects/2026-03/contacts",
        "/crm/objects/2026-09/contacts",
        "/crm/objects/2026-09/0-1",
        "/crm/v3/objects/contact",
    ],
)
def test_every_style_of_path_reaches_the_same_contacts(sandbox: Sandbox, path: str) -> None:
    sandbox.add_contacts("ana@example.com")
    results = sandbox.call("GET", path).json()["results"]
    assert [result["properties"]["email"] for result in results] == ["ana@example.com"]


@pytest.mark.parametrize(
    "path",
    [
        "/crm/v3/lists/search",
        "/crm/lists/2026-03/search",
        "/crm/lists/2026-09/search",
    ],
)
def test_lists_answer_in_every_style(sandbox: Sandbox, path: str) -> None:
    assert sandbox.call("POST", path, {"offset": 0, "additionalProperties": []}).json()["total"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/contacts/v1/lists",
        "/crm/v4/objects/contacts",
        "/crm/objects/2027-03/contacts",
        "/crm/lists/2025-01",
        "/oauth/v2/token",
        "/account-info/v9/details",
    ],
)
def test_versions_that_do_not_exist_are_not_found(sandbox: Sandbox, path: str) -> None:
    answer = sandbox.call("GET", path)
    assert answer.status_code == 404
    assert answer.json()["message"] == "resource not found"


def test_an_unknown_object_type_can_not_be_inferred(sandbox: Sandbox) -> None:
    answer = sandbox.call("GET", "/crm/v3/objects/contactz")
    assert answer.status_code == 400
    assert answer.json()["message"] == "Unable to infer object type from: contactz"


def test_a_method_that_a_path_does_not_have_is_not_allowed(sandbox: Sandbox) -> None:
    assert sandbox.call("PATCH", "/crm/v3/lists").status_code == 405


def test_every_answer_carries_a_correlation_id_and_errors_repeat_it(sandbox: Sandbox) -> None:
    good = sandbox.call("GET", "/crm/v3/objects/contacts")
    assert UUID(good.headers["x-hubspot-correlation-id"]).version == 4
    bad = sandbox.call("GET", "/crm/v3/objects/contacts/1")
    assert bad.json()["correlationId"] == bad.headers["x-hubspot-correlation-id"]
    assert bad.json()["status"] == "error"


def test_broken_json_is_refused_with_its_place(sandbox: Sandbox) -> None:
    answer = sandbox.session.post(
        f"{sandbox.url}/crm/v3/objects/contacts/batch/read",
        data='{"inputs": [}',
        headers={"Authorization": f"Bearer {sandbox.token}"},
        timeout=60,
    )
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Invalid input JSON on line 1, column 13")
