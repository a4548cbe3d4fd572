from __future__ import annotations

import json
import logging
import pickle
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.template import Context, Template

from destinations.encryption import Secret
from destinations.errors import SecretUnreadableError
from destinations.models import Credential
from tenants.errors import TenantScopeError
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tenants.models import Tenant

pytestmark = pytest.mark.django_db

TOKEN = "pat-na1-00000000-aaaa-bbbb-cccc-000000000001"


@pytest.fixture
def credential(acme: Tenant) -> Credential:
    return Credential.objects.create(name="HubSpot", secret=Secret.seal({"token": TOKEN}))


def stored_text(credential: Credential) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM destinations_credential WHERE id = %s", [credential.pk])
        text: str = cursor.fetchone()[0]
    return text


def test_a_secret_is_stored_encrypted_and_comes_back_when_revealed(credential: Credential) -> None:
    credential.refresh_from_db()

    assert credential.secret.reveal() == {"token": TOKEN}
    assert TOKEN not in stored_text(credential)


def test_a_secret_copied_to_another_tenant_can_not_be_read_there() -> None:
    with tenant_scope(1):
        secret = Secret.seal({"token": TOKEN})

    with tenant_scope(2), pytest.raises(SecretUnreadableError):
        Secret(secret.ciphertext).reveal()


def test_a_secret_can_not_be_sealed_or_revealed_outside_a_tenant() -> None:
    with pytest.raises(TenantScopeError):
        Secret.seal({"token": TOKEN})
    with pytest.raises(TenantScopeError):
        Secret("anything").reveal()


def test_a_value_that_was_not_sealed_is_refused(acme: Tenant) -> None:
    with pytest.raises(TypeError):
        Credential.objects.create(name="HubSpot", secret=TOKEN)  # type: ignore[misc]  # that it is refused at run time as well is the point


def test_nothing_prints_a_secret(credential: Credential, caplog: pytest.LogCaptureFixture) -> None:
    secret = credential.secret
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("%s %r %s", secret, secret, vars(credential))
    page = Template("{{ credential.secret }}").render(Context({"credential": credential}))

    for shown in (str(secret), repr(secret), f"{secret}", page, caplog.text, repr(pickle.dumps(secret))):
        assert TOKEN not in shown
    assert secret.ciphertext not in repr(secret) + page + caplog.text
    with pytest.raises(TypeError):
        json.dumps({"secret": secret})


def test_keys_rotate_newest_first(credential: Credential, settings: Settings) -> None:
    old_keys = settings.CREDENTIAL_KEYS
    new_key = Fernet.generate_key().decode()

    settings.CREDENTIAL_KEYS = [new_key, *old_keys]
    resealed = credential.secret.resealed()
    settings.CREDENTIAL_KEYS = [new_key]

    assert resealed.reveal() == {"token": TOKEN}
    with pytest.raises(SecretUnreadableError):
        credential.secret.reveal()
