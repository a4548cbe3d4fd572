from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from destinations.delivery.errors import AuthorisationError
from destinations.hubspot import oauth

if TYPE_CHECKING:
    import requests

    from tests.sandbox import Sandbox

BACK = "http://localhost:8000/oauth/callback"
SCOPES = ("crm.lists.read", "crm.lists.write")


def link(sandbox: Sandbox, **parts: str) -> str:
    url = oauth.authorization_url(scopes=SCOPES, redirect_uri=BACK, state="signed & sealed")
    for name, value in parts.items():
        url = url.replace(f"{name}=", f"{name}={value}")
    return url


def decide(sandbox: Sandbox, decision: str, **parts: Any) -> requests.Response:
    form = {
        "client_id": sandbox.account.client_id,
        "redirect_uri": BACK,
        "scope": " ".join(SCOPES),
        "state": "signed & sealed",
        "portal": sandbox.account.portal,
        "decision": decision,
    }
    return sandbox.session.post(
        f"{sandbox.url}/oauth/authorize", data=form | parts, allow_redirects=False, timeout=60
    )


def answered(response: requests.Response) -> dict[str, str]:
    assert response.status_code == 302
    assert response.headers["Location"].startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()}


def test_the_consent_page_says_what_the_app_may_do(sandbox: Sandbox) -> None:
    page = sandbox.session.get(link(sandbox), timeout=60)
    assert page.status_code == 200
    assert "Create lists and change their members" in page.text
    assert "signed &amp; sealed" in page.text


@pytest.mark.parametrize("wrong", ["client_id", "redirect_uri", "scope"])
def test_a_wrong_link_is_refused_on_the_spot(sandbox: Sandbox, wrong: str) -> None:
    page = sandbox.session.get(link(sandbox, **{wrong: "wrong"}), timeout=60)
    assert page.status_code == 400
    assert wrong in page.text


def test_consent_leads_to_a_code_that_works_once(sandbox: Sandbox) -> None:
    answer = answered(decide(sandbox, "grant"))
    assert answer["state"] == "signed & sealed"
    tokens = oauth.exchange_code(code=answer["code"], redirect_uri=BACK)
    assert tokens.hub_id == sandbox.account.portal
    assert tokens.scopes == {"oauth", *SCOPES}
    with pytest.raises(AuthorisationError):
        oauth.exchange_code(code=answer["code"], redirect_uri=BACK)


def test_a_code_expires(sandbox: Sandbox) -> None:
    code = answered(decide(sandbox, "grant"))["code"]
    sandbox.advance(301)
    with pytest.raises(AuthorisationError):
        oauth.exchange_code(code=code, redirect_uri=BACK)


def test_a_code_belongs_to_its_redirect_address(sandbox: Sandbox) -> None:
    code = answered(decide(sandbox, "grant"))["code"]
    form = {
        "grant_type": "authorization_code",
        "client_id": sandbox.account.client_id,
        "client_secret": sandbox.account.client_secret,
        "code": code,
        "redirect_uri": "http://localhost/other",
    }
    answer = sandbox.session.post(f"{sandbox.url}/oauth/2026-09/token", data=form, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["status"] == "BAD_REDIRECT_URI"


def test_a_denial_leads_back_with_an_error(sandbox: Sandbox) -> None:
    answer = answered(decide(sandbox, "deny"))
    assert answer["error"] == "access_denied"
    assert "code" not in answer


def test_the_account_is_chosen_on_the_page(sandbox: Sandbox) -> None:
    other = sandbox.add_account(name="Other")
    code = answered(decide(sandbox, "grant", portal=other.portal))["code"]
    assert oauth.exchange_code(code=code, redirect_uri=BACK).hub_id == other.portal
    assert decide(sandbox, "grant", portal=1).status_code == 400


def test_the_answer_of_the_token_endpoint_in_full(sandbox: Sandbox) -> None:
    form = {
        "grant_type": "refresh_token",
        "client_id": sandbox.account.client_id,
        "client_secret": sandbox.account.client_secret,
        "refresh_token": sandbox.install("oauth"),
    }
    for path in ("/oauth/2026-09/token", "/oauth/2026-03/token", "/oauth/v3/token", "/oauth/v1/token"):
        body = sandbox.session.post(f"{sandbox.url}{path}", data=form, timeout=60).json()
        access = body.pop("access_token")
        assert access.startswith("C")
        assert body == {
            "token_type": "bearer",
            "refresh_token": form["refresh_token"],
            "expires_in": 1800,
            "hub_id": sandbox.account.portal,
            "user_id": body["user_id"],
            "scopes": ["oauth"],
            "token_use": "access_token",
        }


@pytest.mark.parametrize(
    ("parts", "status", "error"),
    [
        ({"refresh_token": "na1-unknown"}, "BAD_REFRESH_TOKEN", "invalid_grant"),
        ({"client_id": "unknown"}, "BAD_CLIENT_ID", "invalid_client"),
        ({"client_secret": "wrong"}, "BAD_CLIENT_SECRET", "invalid_client"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE", "unsupported_grant_type"),
    ],
)
def test_the_refusals_of_the_token_endpoint(
    sandbox: Sandbox, parts: dict[str, str], status: str, error: str
) -> None:
    form = {
        "grant_type": "refresh_token",
        "client_id": sandbox.account.client_id,
        "client_secret": sandbox.account.client_secret,
        "refresh_token": sandbox.install(),
    }
    answer = sandbox.session.post(f"{sandbox.url}/oauth/2026-09/token", data=form | parts, timeout=60)
    assert answer.status_code == 400
    body = answer.json()
    assert (body["status"], body["error"]) == (status, error)
    assert body["error_description"] == body["message"]
