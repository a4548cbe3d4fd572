from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections

from accounts.models import Membership
from audit.models import AuditEvent
from destinations.delivery.errors import AuthorisationError
from destinations.errors import AuthorisationLinkError
from destinations.models import AuthorisationRequest, Credential
from destinations.plugins import Tokens
from destinations.services.authorisation import State, complete_authorisation, request_authorisation
from destinations.services.tokens import Grant, access_token
from notifications.models import Notification
from runtime import clock
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from tenants.models import Tenant
    from tests.cast import Cast
    from tests.sandbox import Sandbox

CALLBACK = "/oauth/callback/"


@pytest.fixture
def operator(cast: Cast) -> User:
    return cast["datagrid_operator"]


@pytest.fixture
def credential(acme: Tenant) -> Credential:
    return Credential.objects.create(name="HubSpot")


def state_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def test_a_link_asks_for_every_permission_and_names_nothing_secret(
    credential: Credential, operator: User, sandbox: Sandbox
) -> None:
    link = request_authorisation(credential=credential, actor=operator)

    query = parse_qs(urlsplit(link.url).query)
    assert query["client_id"] == [sandbox.account.client_id]
    assert "crm.lists.write" in query["scope"][0].split()
    assert query["redirect_uri"][0].endswith(CALLBACK)
    assert sandbox.account.client_secret not in link.url


@pytest.mark.parametrize("state", ["", "nonsense", "a:b:c", "eyJ0IjoxLCJuIjoiMSJ9:forged"])
def test_a_foreign_link_changes_nothing(client: Client, cast: Cast, state: str) -> None:
    answer = client.get(CALLBACK, {"state": state, "code": "anything"})

    assert answer.status_code == 400
    assert "Nothing was connected" in answer.content.decode()


def test_a_link_works_once(credential: Credential, operator: User, client: Client, sandbox: Sandbox) -> None:
    state = state_of(request_authorisation(credential=credential, actor=operator).url)

    declined = client.get(CALLBACK, {"state": state, "error": "access_denied"})
    again = client.get(CALLBACK, {"state": state, "code": "anything"})

    assert "was not connected" in declined.content.decode()
    assert "already been used" in again.content.decode()
    credential.refresh_from_db()
    assert credential.status == Credential.Status.NOT_CONNECTED


def test_a_link_ends_with_the_rights_of_whoever_made_it(
    credential: Credential, operator: User, client: Client, sandbox: Sandbox
) -> None:
    state = state_of(request_authorisation(credential=credential, actor=operator).url)
    Membership.objects.filter(user=operator).delete()
    sandbox.forget_calls()

    answer = client.get(CALLBACK, {"state": state, "code": "anything"})

    assert "may no longer connect accounts" in answer.content.decode()
    assert sandbox.calls() == []


def test_a_look_ahead_at_a_link_does_not_use_it_up(
    credential: Credential, operator: User, client: Client, sandbox: Sandbox
) -> None:
    state = state_of(request_authorisation(credential=credential, actor=operator).url)

    assert client.head(CALLBACK, {"state": state, "code": "anything"}).status_code == 405
    assert AuthorisationRequest.objects.get().used_at is None


def test_a_newer_link_ends_the_earlier_one(credential: Credential, operator: User, client: Client) -> None:
    earlier = state_of(request_authorisation(credential=credential, actor=operator).url)
    request_authorisation(credential=credential, actor=operator)

    answer = client.get(CALLBACK, {"state": earlier, "code": "anything"})

    assert "replaced by a newer one" in answer.content.decode()


def test_a_link_expires(credential: Credential, operator: User, client: Client) -> None:
    state = state_of(request_authorisation(credential=credential, actor=operator).url)
    AuthorisationRequest.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    assert "has expired" in client.get(CALLBACK, {"state": state, "code": "anything"}).content.decode()


def test_a_link_for_one_tenant_never_reaches_another(cast: Cast, operator: User) -> None:
    with tenant_scope(cast.acme):
        credential = Credential.objects.create(name="HubSpot")
        own = State.read(state_of(request_authorisation(credential=credential, actor=operator).url))

    foreign = State(tenant_id=cast.globex.pk, nonce=own.nonce).signed()

    with pytest.raises(AuthorisationLinkError):
        complete_authorisation(state=foreign, code="anything")


def test_a_code_that_the_destination_does_not_know_connects_nothing(
    credential: Credential, operator: User, sandbox: Sandbox
) -> None:
    state = state_of(request_authorisation(credential=credential, actor=operator).url)

    with pytest.raises(AuthorisationLinkError, match="did not confirm"):
        complete_authorisation(state=state, code="unknown")

    credential.refresh_from_db()
    assert credential.secret is None


def grant(sandbox: Sandbox, *, seconds: int) -> Grant:
    return Grant.of(Tokens("stale", sandbox.install(), seconds))


@pytest.fixture
def connected(acme: Tenant, sandbox: Sandbox) -> Credential:
    """Connected by OAuth, with an access token that has a minute to live."""
    return Credential.objects.create(
        name="HubSpot", status=Credential.Status.CONNECTED, secret=grant(sandbox, seconds=60).sealed()
    )


def test_a_token_is_refreshed_ahead_of_its_end_and_kept(connected: Credential, sandbox: Sandbox) -> None:
    first = access_token(connected)
    sandbox.forget_calls()
    connected.refresh_from_db()
    second = access_token(connected)

    assert first == second != "stale"
    assert sandbox.calls() == []


def test_a_grant_that_is_gone_wants_to_be_authorised_again(connected: Credential, sandbox: Sandbox) -> None:
    sandbox.fault("bad_refresh_token")

    with pytest.raises(AuthorisationError):
        access_token(connected)

    connected.refresh_from_db()
    assert connected.status == Credential.Status.REAUTHORISE
    assert connected.last_error == "BAD_REFRESH_TOKEN"
    assert AuditEvent.objects.filter(action="credential:refused").count() == 1
    told = {str(told.recipient): told.title for told in Notification.objects.select_related("recipient")}
    assert told["Datagrid Operator"] == "“HubSpot” must be authorised again"
    assert "Ampiq User" not in told
    with pytest.raises(AuthorisationError, match="authorised again"):
        access_token(connected)


@pytest.mark.django_db(transaction=True)
def test_workers_that_need_a_token_at_once_refresh_it_once(connected: Credential, sandbox: Sandbox) -> None:
    tenant_id, pk = connected.tenant_id, connected.pk
    sandbox.forget_calls()

    def work() -> str:
        try:
            with tenant_scope(tenant_id):
                return access_token(Credential.objects.get(pk=pk))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        tokens = {future.result() for future in [workers.submit(work) for _ in range(4)]}

    assert len(tokens) == 1
    assert len(sandbox.calls()) == 1
