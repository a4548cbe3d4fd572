from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from destinations.delivery.errors import AuthorisationError, ConfigurationError, RateLimited
from destinations.hubspot import oauth
from destinations.hubspot.client import HubSpotClient

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.sandbox import Sandbox


def test_the_authorisation_address_names_app_scopes_and_state(sandbox: Sandbox) -> None:
    url = oauth.authorization_url(
        scopes={"crm.lists.write", "oauth"}, redirect_uri="http://localhost:8000/back", state="signed"
    )
    assert "scope=crm.lists.write%20oauth" in url
    assert parse_qs(urlsplit(url).query) == {
        "client_id": [sandbox.account.client_id],
        "redirect_uri": ["http://localhost:8000/back"],
        "scope": ["crm.lists.write oauth"],
        "state": ["signed"],
    }


def test_a_refresh_gives_a_token_that_opens_the_account(sandbox: Sandbox) -> None:
    tokens = oauth.refresh(sandbox.install())
    assert (tokens.hub_id, tokens.expires_in) == (sandbox.account.portal, 1800)
    assert tokens.access_token not in repr(tokens)
    assert tokens.refresh_token not in repr(tokens)
    with HubSpotClient(tokens.access_token) as client:
        assert client.account_details().portal == sandbox.account.portal


def test_a_token_is_introspected_until_it_expires(sandbox: Sandbox) -> None:
    tokens = oauth.refresh(sandbox.install("oauth", "crm.lists.read"))
    state = oauth.introspect(tokens.access_token)
    assert (state.active, state.hub_id) == (True, sandbox.account.portal)
    assert state.scopes == {"oauth", "crm.lists.read"}
    assert (state.user, state.user in str(state)) == ("operator@example.com", False)
    sandbox.advance(1801)
    assert not oauth.introspect(tokens.access_token).active


def test_a_revoked_authorisation_is_dead(sandbox: Sandbox) -> None:
    token = sandbox.install()
    oauth.revoke(token)
    with pytest.raises(AuthorisationError) as refused:
        oauth.refresh(token)
    assert refused.value.evidence.category == "BAD_REFRESH_TOKEN"
    assert token not in str(refused.value)


def test_an_account_that_is_gone_is_dead(sandbox: Sandbox) -> None:
    token = sandbox.install()
    sandbox.control("DELETE", "accounts", {})
    with pytest.raises(AuthorisationError) as refused:
        oauth.refresh(token)
    assert refused.value.evidence.category == "BAD_HUB"


def test_a_code_that_hubspot_does_not_know_asks_for_authorisation(sandbox: Sandbox) -> None:
    with pytest.raises(AuthorisationError) as refused:
        oauth.exchange_code(code="na1-unknown", redirect_uri="http://localhost/back")
    assert refused.value.evidence.category == "BAD_AUTH_CODE"


def test_a_wrong_secret_is_the_installations_fault(sandbox: Sandbox, settings: Settings) -> None:
    settings.HUBSPOT_CLIENT_SECRET = "wrong"
    with pytest.raises(ConfigurationError):
        oauth.refresh(sandbox.install())


def test_the_token_endpoint_has_a_limit_of_its_own(sandbox: Sandbox) -> None:
    sandbox.switch(limits=True, token_calls_per_second=1)
    token = sandbox.install()
    with pytest.raises(RateLimited) as limited:
        for _ in range(50):
            oauth.refresh(token)
    assert limited.value.policy == "SECONDLY"
