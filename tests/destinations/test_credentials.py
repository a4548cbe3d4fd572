from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError

from audit.models import AuditEvent
from destinations.encryption import Secret
from destinations.errors import AccountRejectedError, AccountUnreachableError, ChangedMeanwhileError, InUseError
from destinations.hubspot.settings import HubSpotSettings
from destinations.models import Credential
from destinations.plugins import CredentialKind
from destinations.services.credentials import (
    CredentialDraft,
    connect_account,
    delete_credential,
    save_credential,
    verify_draft,
)
from destinations.services.destinations import DestinationDraft, add_destination
from destinations.services.tokens import access_token
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from accounts.models import User
    from tenants.models import Tenant
    from tests.cast import Cast
    from tests.sandbox import Sandbox


@pytest.fixture
def operator(cast: Cast) -> User:
    return cast["datagrid_operator"]


@pytest.fixture
def draft(sandbox: Sandbox) -> CredentialDraft:
    return CredentialDraft(name="HubSpot", kind=CredentialKind.PRIVATE_APP_TOKEN, token=sandbox.token)


@pytest.fixture
def credential(acme: Tenant, operator: User, draft: CredentialDraft) -> Credential:
    return connect_account(draft=draft, actor=operator)


def test_a_token_that_the_account_accepts_connects(credential: Credential, sandbox: Sandbox) -> None:
    assert credential.is_connected
    assert credential.portal_id == sandbox.account.portal
    assert credential.connected_by == "Datagrid Operator"
    assert not credential.missing_scopes()
    assert access_token(credential) == sandbox.token


def test_a_service_key_connects_as_well(acme: Tenant, operator: User, sandbox: Sandbox) -> None:
    key = CredentialDraft(name="Key", kind=CredentialKind.SERVICE_KEY, token=sandbox.account.service_key)

    assert connect_account(draft=key, actor=operator).is_connected


def test_saving_writes_an_audit_event_without_the_secret(credential: Credential, sandbox: Sandbox) -> None:
    event = AuditEvent.objects.about(credential).get()

    assert event.action == "credential:added"
    assert event.actor_name == "Datagrid Operator"
    assert event.changes["secret"] == "replaced"
    assert sandbox.token not in str(event.changes)


def test_a_token_that_the_account_refuses_is_not_saved(
    acme: Tenant, operator: User, draft: CredentialDraft
) -> None:
    wrong = replace(draft, token="pat-na1-00000000-dead-beef-0000-000000000000")

    with pytest.raises(AccountRejectedError, match="refused this credential") as refusal:
        connect_account(draft=wrong, actor=operator)

    assert wrong.token not in str(refusal.value)
    assert not Credential.objects.exists()


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "naïve-é", "x" * 513, "\x00"])
def test_what_can_not_be_a_token_is_refused_without_a_call(
    acme: Tenant, sandbox: Sandbox, draft: CredentialDraft, token: str
) -> None:
    sandbox.forget_calls()

    with pytest.raises(AccountRejectedError, match="not a token"):
        verify_draft(draft=replace(draft, token=token))

    assert sandbox.calls() == []


def test_an_account_that_does_not_answer_may_be_saved_as_not_connected(
    acme: Tenant, operator: User, draft: CredentialDraft, sandbox: Sandbox
) -> None:
    sandbox.fault("status", status=503)

    with pytest.raises(AccountUnreachableError):
        verify_draft(draft=draft)
    credential = save_credential(draft=draft, actor=operator)

    assert credential.status == Credential.Status.NOT_CONNECTED
    assert credential.secret.reveal() == {"token": sandbox.token}


def test_names_are_unique_in_a_tenant_whatever_their_case(
    credential: Credential, operator: User, draft: CredentialDraft
) -> None:
    with pytest.raises(ValidationError, match="a credential with this name already"):
        connect_account(draft=replace(draft, name="HUBSPOT"), actor=operator)


def test_a_late_save_does_not_overwrite_an_earlier_one(
    credential: Credential, operator: User, draft: CredentialDraft
) -> None:
    opened_at = credential.revision
    changed = replace(draft, token="", description="First")
    save_credential(draft=changed, actor=operator, credential=credential, revision=opened_at)

    with pytest.raises(ChangedMeanwhileError):
        save_credential(
            draft=replace(changed, description="Second"), actor=operator, credential=credential, revision=opened_at
        )

    credential.refresh_from_db()
    assert credential.description == "First"


def test_saving_without_a_token_keeps_the_stored_one(
    credential: Credential, operator: User, draft: CredentialDraft, sandbox: Sandbox
) -> None:
    save_credential(draft=replace(draft, token="", name="Renamed"), actor=operator, credential=credential)

    credential.refresh_from_db()
    assert credential.name == "Renamed"
    assert credential.is_connected
    assert access_token(credential) == sandbox.token


def test_a_credential_in_use_can_not_move_to_another_account_or_be_deleted(
    credential: Credential, operator: User, draft: CredentialDraft, sandbox: Sandbox
) -> None:
    add_destination(
        draft=DestinationDraft(name="HubSpot", credential=credential, settings=HubSpotSettings()), actor=operator
    )
    other = sandbox.add_account()

    with pytest.raises(AccountRejectedError, match="already send to account"):
        verify_draft(draft=replace(draft, token=other.token), credential=credential)
    with pytest.raises(InUseError, match="“HubSpot”"):
        delete_credential(credential=credential, actor=operator)


def test_an_unused_credential_is_deleted_and_the_audit_remembers_it(
    credential: Credential, operator: User
) -> None:
    delete_credential(credential=credential, actor=operator)

    assert not Credential.objects.exists()
    assert AuditEvent.objects.filter(action="credential:deleted", subject_name="HubSpot").exists()


def test_the_command_names_a_credential_that_no_key_opens(cast: Cast) -> None:
    with tenant_scope(cast.acme):
        Credential.objects.create(name="Old", secret=Secret("sealed with a key that is gone"))

    with pytest.raises(CommandError, match="acme: The secret of “Old” can't be read"):
        call_command("rotate_credentials")


def test_the_command_reseals_every_tenants_credentials(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    with tenant_scope(cast.acme):
        old = Credential.objects.create(name="HubSpot", secret=Secret.seal({"token": "secret"}))

    call_command("rotate_credentials")

    with tenant_scope(cast.acme):
        new = Credential.objects.get()
        assert new.secret.ciphertext != old.secret.ciphertext
        assert new.secret.reveal() == {"token": "secret"}
    assert capsys.readouterr().out.splitlines() == [
        "acme: 1 credentials under the newest key",
        "globex: 0 credentials under the newest key",
    ]
