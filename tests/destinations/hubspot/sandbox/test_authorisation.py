from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.hubspot import oauth

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

CONTACTS = "/crm/objects/2026-09/contacts"


def test_without_a_token_credentials_are_not_found(sandbox: Sandbox) -> None:
    answer = sandbox.session.get(f"{sandbox.url}{CONTACTS}", timeout=60)
    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"
    assert answer.json()["message"].startswith("Authentication credentials not found.")


@pytest.mark.parametrize("token", ["pat-na1-unknown", ""])
def test_an_unknown_token_is_refused(sandbox: Sandbox, token: str) -> None:
    assert sandbox.call("GET", CONTACTS, token=token).json()["category"] == "INVALID_AUTHENTICATION"


def test_a_refresh_token_does_not_open_the_api(sandbox: Sandbox) -> None:
    assert sandbox.call("GET", CONTACTS, token=sandbox.install()).status_code == 401


def test_an_access_token_expires_after_half_an_hour(sandbox: Sandbox) -> None:
    token = oauth.refresh(sandbox.install()).access_token
    sandbox.advance(1790)
    assert sandbox.call("GET", CONTACTS, token=token).status_code == 200
    sandbox.advance(15)
    answer = sandbox.call("GET", CONTACTS, token=token)
    assert answer.status_code == 401
    body = answer.json()
    assert body["category"] == "EXPIRED_AUTHENTICATION"
    assert body["message"].startswith("The OAuth token used to make this call expired ")
    assert len(body["context"]["expire time"]) == 1


def test_a_service_key_works_like_a_private_app_token(sandbox: Sandbox) -> None:
    assert sandbox.account.service_key.startswith("pat-na1-")
    assert sandbox.call("GET", CONTACTS, token=sandbox.account.service_key).status_code == 200


def test_a_missing_scope_is_named(sandbox: Sandbox) -> None:
    weak = sandbox.control("POST", "tokens", {"scopes": ["crm.objects.contacts.read"]})["token"]
    assert sandbox.call("GET", CONTACTS, token=weak).status_code == 200
    answer = sandbox.call("POST", CONTACTS, {}, token=weak)
    assert answer.status_code == 403
    body = answer.json()
    assert body["category"] == "MISSING_SCOPES"
    assert body["message"].startswith("This app hasn't been granted all required scopes to make this call.")
    assert body["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.write"]
    assert body["links"] == {"scopes": "https://developers.hubspot.com/scopes"}


def test_credentials_then_scopes_then_limits_then_content_are_looked_at(sandbox: Sandbox) -> None:
    sandbox.switch(limits=True)
    sandbox.control("POST", "limits", {"usedToday": 10**9})
    weak = sandbox.control("POST", "tokens", {"scopes": ["oauth"]})["token"]
    bad_body = {"inputs": [{"id": 1}]}
    path = f"{CONTACTS}/batch/update"
    assert sandbox.call("POST", path, bad_body, token="unknown").status_code == 401
    assert sandbox.call("POST", path, bad_body, token=weak).status_code == 403
    assert sandbox.call("POST", path, bad_body).status_code == 429
    sandbox.control("POST", "limits", {})
    assert sandbox.call("POST", path, bad_body).status_code == 400


def test_one_account_does_not_see_the_other(sandbox: Sandbox) -> None:
    (ana,) = sandbox.add_contacts("ana@example.com")
    other = sandbox.add_account(name="Other", tier="free")
    assert other.portal != sandbox.account.portal
    assert sandbox.call("GET", f"{CONTACTS}/{ana}", token=other.token).status_code == 404
    assert sandbox.call("GET", CONTACTS, token=other.token).json()["results"] == []
    made = sandbox.call("POST", CONTACTS, {"properties": {"email": "ana@example.com"}}, token=other.token)
    assert made.status_code == 201


def test_an_account_with_a_known_token_is_made_once(sandbox: Sandbox) -> None:
    first = sandbox.add_account(token="pat-na1-mine", contacts=3)
    again = sandbox.add_account(token="pat-na1-mine", contacts=3)
    assert first == again
    assert len(sandbox.state(first.portal)["contacts"]) == 3


def test_token_info_tells_account_app_and_scopes(sandbox: Sandbox) -> None:
    path = "/oauth/v2/private-apps/get/access-token-info"
    info = sandbox.call("POST", path, {"tokenKey": sandbox.token}).json()
    assert info["hubId"] == sandbox.account.portal
    assert set(info) == {"userId", "hubId", "appId", "scopes"}
    assert "crm.lists.write" in info["scopes"]
    sandbox.switch(bad_token_info_status=404)
    assert sandbox.call("POST", path, {"tokenKey": "pat-na1-unknown"}).status_code == 404


def test_account_details_have_no_name_but_a_time_zone(sandbox: Sandbox) -> None:
    sandbox.reset(timeZone="America/New_York")
    details = sandbox.call("GET", "/account-info/2026-09/details").json()
    assert details["portalId"] == sandbox.account.portal
    assert details["timeZone"] == "America/New_York"
    assert details["utcOffset"] in {"-04:00", "-05:00"}
    assert details["utcOffsetMilliseconds"] in {-14_400_000, -18_000_000}
    assert details["uiDomain"] == "app.hubspot.com"
