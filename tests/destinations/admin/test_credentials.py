"""The operators' forms for credentials, posted as a browser posts them, against the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from destinations.models import AuthorisationRequest, Credential
from tests.destinations.admin.entered import ADMIN, CREDENTIAL, shown

if TYPE_CHECKING:
    from django.test import Client

    from tenants.models import Tenant
    from tests.sandbox import Sandbox


def test_a_credential_is_saved_when_the_account_accepts_it(
    operator: Client, acme: Tenant, sandbox: Sandbox
) -> None:
    answer = operator.post(f"{ADMIN}/credential/add/", {**CREDENTIAL, "token": sandbox.token})

    assert answer.status_code == 302
    credential = Credential.objects.get()
    assert credential.is_connected
    page = shown(operator.get(f"{ADMIN}/credential/{credential.pk}/change/"))
    assert "✓ Connected" in page
    assert sandbox.token not in page
    assert credential.secret is not None
    assert credential.secret.ciphertext not in page


def test_a_refused_token_is_told_and_not_echoed(operator: Client, acme: Tenant, sandbox: Sandbox) -> None:
    wrong = "pat-na1-00000000-dead-beef-0000-000000000000"

    page = shown(operator.post(f"{ADMIN}/credential/add/", {**CREDENTIAL, "token": wrong}))

    assert "refused this credential" in page
    assert wrong not in page
    assert not Credential.objects.exists()


def test_an_account_out_of_reach_offers_to_save_as_not_tested(
    operator: Client, acme: Tenant, sandbox: Sandbox
) -> None:
    sandbox.fault("status", status=503, count=0)
    entered = {**CREDENTIAL, "token": sandbox.token}

    assert "Save as not tested" in shown(operator.post(f"{ADMIN}/credential/add/", entered))
    assert not Credential.objects.exists()
    assert operator.post(f"{ADMIN}/credential/add/", {**entered, "save_untested": "on"}).status_code == 302
    assert Credential.objects.get().status == Credential.Status.NOT_CONNECTED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "null\x00byte"),
        ("plugin_key", "../../etc/passwd"),
        ("plugin_key", ""),
        ("kind", "password"),
        ("description", "x" * 1001),
        ("token", ""),
        ("token", "x" * 513),
        ("token", "two words"),
    ],
)
def test_what_a_credential_can_not_be_is_refused_at_its_field(
    operator: Client, acme: Tenant, sandbox: Sandbox, field: str, value: str
) -> None:
    answer = operator.post(f"{ADMIN}/credential/add/", {**CREDENTIAL, "token": sandbox.token, field: value})

    assert "errorlist" in shown(answer) or "error" in shown(answer)
    assert not Credential.objects.exists()


def test_markup_in_a_name_stays_text(operator: Client, credential: Credential) -> None:
    Credential.objects.update(name="<script>alert(1)</script>")

    for page in (f"{ADMIN}/credential/", f"{ADMIN}/credential/{credential.pk}/change/"):
        assert "<script>alert(1)" not in shown(operator.get(page))


def test_the_second_of_two_operators_sees_what_the_first_saved(operator: Client, credential: Credential) -> None:
    address = f"{ADMIN}/credential/{credential.pk}/change/"
    opened = {"name": "Account", "seen_revision": str(credential.revision), "token": ""}

    operator.post(address, {**opened, "description": "First"})
    page = shown(operator.post(address, {**opened, "description": "Second"}))

    assert "Datagrid Operator saved this" in page
    assert "Description is now “First”" in page
    credential.refresh_from_db()
    assert credential.description == "First"


def test_an_operator_tests_refreshes_and_disconnects(operator: Client, credential: Credential) -> None:
    address = f"{ADMIN}/credential/{credential.pk}/connection/"

    told = [
        operator.post(address, {"step": step}, follow=True).content.decode()
        for step in ("test", "fields", "disconnect")
    ]

    assert "It works" in told[0]
    assert "properties of the account" in told[1]
    assert "Disconnected" in told[2]
    credential.refresh_from_db()
    assert (credential.secret, credential.status) == (None, Credential.Status.NOT_CONNECTED)
    assert operator.post(address, {"step": "explode"}).status_code == 400
    assert operator.get(address).status_code == 405


def test_an_operator_generates_a_link_for_oauth(operator: Client, acme: Tenant, sandbox: Sandbox) -> None:
    operator.post(f"{ADMIN}/credential/add/", {**CREDENTIAL, "kind": "oauth"})
    credential = Credential.objects.get()

    page = shown(operator.post(f"{ADMIN}/credential/{credential.pk}/connection/", {"step": "authorise"}))

    assert f"{sandbox.url}/oauth/authorize?" in page


def test_its_deletion_asks_and_its_history_tells_in_words(
    operator: Client, acme: Tenant, sandbox: Sandbox
) -> None:
    operator.post(f"{ADMIN}/credential/add/", {**CREDENTIAL, "kind": "oauth"})
    credential = Credential.objects.get()
    operator.post(f"{ADMIN}/credential/{credential.pk}/connection/", {"step": "authorise"})

    asked = shown(operator.get(f"{ADMIN}/credential/{credential.pk}/delete/"))
    assert "Credentials: 1" in asked
    assert "AuthorisationRequest" not in asked
    history = shown(operator.get(f"{ADMIN}/credential/{credential.pk}/history/"))
    assert "Credential added" in history
    assert "plugin key" not in history  # what is new is so as a whole
    Credential.objects.update(checked_at=datetime(2026, 11, 21, 14, 5, tzinfo=UTC))
    assert "21 Nov 2026, 14:05" in shown(operator.get(f"{ADMIN}/credential/"))


def test_a_token_is_not_replaced_by_a_grant(operator: Client, credential: Credential) -> None:
    asked = operator.post(f"{ADMIN}/credential/{credential.pk}/connection/", {"step": "authorise"}, follow=True)

    assert "Only credentials of the type OAuth are authorised by a link." in shown(asked)
    assert not AuthorisationRequest.objects.exists()


def test_a_new_oauth_credential_goes_on_with_its_link(operator: Client, acme: Tenant, sandbox: Sandbox) -> None:
    entered = {**CREDENTIAL, "kind": "oauth"}

    saved = operator.post(f"{ADMIN}/credential/add/", entered, follow=True)
    in_place = operator.post(f"{ADMIN}/credential/add/", {**entered, "name": "Second", "_popup": "1"})

    assert "Generate authorization URL" in shown(saved)
    page = shown(in_place)
    assert f"{sandbox.url}/oauth/authorize?" in page
    assert f'data-choose="{Credential.objects.get(name="Second").pk}"' in page
