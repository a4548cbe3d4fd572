"""The operators' forms for destinations, posted as a browser posts them, against the sandbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from audit.models import AuditEvent
from destinations.models import AccountFields, Credential, DefaultAttribute, Destination
from destinations.plugins import CATALOGUE, HUBSPOT
from tenants.scope import tenant_scope
from tests.destinations.admin.entered import ADMIN, DESTINATION, post_template, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tenants.models import Tenant
    from tests.cast import Cast
    from tests.sandbox import Sandbox


def test_a_destination_is_saved_when_the_connection_works(operator: Client, credential: Credential) -> None:
    answer = operator.post(f"{ADMIN}/destination/add/", {**DESTINATION, "credential": credential.pk})

    assert answer.status_code == 302
    destination = Destination.objects.get()
    settings = destination.connector_settings()
    assert (destination.standing, destination.allow_business_users) == ("Connected", True)
    assert (settings.create_new_contacts, settings.guards.max_change_percent) == (False, 30)
    assert settings.guards.max_removals is None
    assert AuditEvent.objects.filter(action="destination:added").count() == 1


def test_a_destination_with_a_credential_that_lacks_permissions_is_refused_by_their_names(
    operator: Client, credential: Credential, sandbox: Sandbox
) -> None:
    token = sandbox.control("POST", "tokens", {"scopes": ["oauth", "crm.objects.contacts.read"]})["token"]
    operator.post(f"{ADMIN}/credential/{credential.pk}/change/", {"name": "Account", "token": token})

    page = shown(operator.post(f"{ADMIN}/destination/add/", {**DESTINATION, "credential": credential.pk}))

    assert "crm.objects.contacts.write" in page
    assert not Destination.objects.exists()


@pytest.mark.parametrize("connected_at", [None, datetime(2026, 3, 2, tzinfo=UTC)])
def test_a_credential_without_a_grant_was_refused_by_nobody(
    operator: Client, acme: Tenant, connected_at: datetime | None
) -> None:
    """Never granted, or revoked here: neither is said of the other."""
    waiting = Credential.objects.create(name="Waiting", connected_at=connected_at)

    page = shown(operator.post(f"{ADMIN}/destination/add/", {**DESTINATION, "credential": waiting.pk}))

    assert "The credential “Waiting” is not connected. Generate a link on its page" in page
    assert "refused" not in page
    assert "nobody" not in page
    assert not Destination.objects.exists()


def test_a_credential_revoked_meanwhile_is_told_and_wants_to_be_authorised_again(
    operator: Client, credential: Credential, sandbox: Sandbox
) -> None:
    sandbox.fault("unauthorised", count=0)

    page = shown(operator.post(f"{ADMIN}/destination/add/", {**DESTINATION, "credential": credential.pk}))

    assert "refused the connection" in page
    assert not Destination.objects.exists()
    credential.refresh_from_db()
    assert credential.status == Credential.Status.REAUTHORISE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("plugin_key", "salesforce"),
        ("credential", "999999"),
        ("credential", "1 OR 1=1"),
        ("foreign_members", "delete"),
        ("guards_max_change_percent", "0"),
        ("guards_max_change_percent", "101"),
        ("guards_max_change_percent", "-5"),
        ("guards_max_removals", "many"),
        ("quota_share", "0"),
        ("quota_share", ""),
        ("daily_calls", "1e9"),
    ],
)
def test_what_a_destination_can_not_be_is_refused(
    operator: Client, credential: Credential, field: str, value: str
) -> None:
    entered = {**DESTINATION, "credential": credential.pk, field: value}

    assert "error" in shown(operator.post(f"{ADMIN}/destination/add/", entered))
    assert not Destination.objects.exists()


def test_another_tenants_credential_can_not_be_posted(operator: Client, cast: Cast) -> None:
    with tenant_scope(cast.globex):
        foreign = Credential.objects.create(name="Globex's").pk

    answer = operator.post(f"{ADMIN}/destination/add/", {**DESTINATION, "credential": foreign})

    assert "Select a valid choice" in shown(answer)
    assert operator.get(f"{ADMIN}/credential/{foreign}/change/").status_code == 302
    assert operator.post(f"{ADMIN}/credential/{foreign}/connection/", {"step": "test"}).status_code == 404


def test_what_is_in_use_is_not_deleted(operator: Client, destination: Destination) -> None:
    post_template(operator, destination)
    for name, pk, user in (
        ("destination", destination.pk, "Lists"),
        ("credential", destination.credential_id, "Marketing"),
    ):
        address = f"{ADMIN}/{name}/{pk}/delete/"
        assert f"“{user}”" in shown(operator.get(address, follow=True))
        operator.post(address, {"post": "yes"})

    assert (Destination.objects.count(), Credential.objects.count()) == (1, 1)


def test_what_is_not_in_use_is_deleted_with_an_audit_event(operator: Client, destination: Destination) -> None:
    operator.post(f"{ADMIN}/destination/{destination.pk}/delete/", {"post": "yes"})

    assert not Destination.objects.exists()
    assert AuditEvent.objects.filter(action="destination:deleted").count() == 1


def test_read_only_operators_look_and_change_nothing(
    sign_in: Callable[[str], Client], destination: Destination
) -> None:
    reader = sign_in("datagrid_operator_read_only")
    address = f"{ADMIN}/destination/{destination.pk}/change/"

    for page in (address, f"{ADMIN}/credential/{destination.credential_id}/change/"):
        form = shown(reader.get(page)).split('id="content-main"')[1].split("panel")[0]
        assert 'type="submit"' not in form
        assert "✓ Connected" in form
        assert "(&#x27;" not in form, "what a list shows as a label is said in words"
    assert reader.post(address, {**DESTINATION, "credential": destination.credential_id}).status_code == 403
    assert reader.post(f"{ADMIN}/credential/{destination.credential_id}/connection/").status_code == 403


def test_a_destination_begins_in_the_catalogue(operator: Client, acme: Tenant) -> None:
    for query in ("", "?plugin_key=", "?plugin_key=salesforce", "?plugin_key=<script>"):
        page = shown(operator.get(f"{ADMIN}/destination/add/{query}"))
        assert "CRM" in page
        assert 'href="?plugin_key=hubspot"' in page
        assert 'name="quota_share"' not in page

    assert 'name="quota_share"' in shown(operator.get(f"{ADMIN}/destination/add/?plugin_key=hubspot"))


def test_another_plugin_asks_for_its_own_settings_and_for_a_credential_of_its_own(
    operator: Client, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = "tests.destinations.test_plugin_settings.MailSettings"
    monkeypatch.setitem(CATALOGUE, "mail", replace(HUBSPOT, key="mail", name="Mail", settings_path=settings))
    credential = Credential.objects.create(name="Of HubSpot")
    address = f"{ADMIN}/destination/add/?plugin_key=mail&name=Letters"

    page = shown(operator.get(address))
    assert 'name="region"' in page
    assert 'name="audience_key"' not in page
    assert 'value="Letters"' in page
    assert "Of HubSpot" not in page
    entered = {**DESTINATION, "plugin_key": "mail", "region": "eu", "credential": credential.pk}
    assert "Select a valid choice" in shown(operator.post(address, entered))


def test_an_account_out_of_reach_offers_to_save_the_destination_as_not_tested(
    operator: Client, credential: Credential, sandbox: Sandbox
) -> None:
    sandbox.fault("status", status=503, count=0)
    entered = {**DESTINATION, "credential": credential.pk}

    assert "Save as not tested" in shown(operator.post(f"{ADMIN}/destination/add/", entered))
    assert not Destination.objects.exists()
    assert operator.post(f"{ADMIN}/destination/add/", {**entered, "save_untested": "on"}).status_code == 302
    assert Destination.objects.get().standing == "Not tested"


def test_a_mapping_that_no_longer_fits_is_flagged_on_the_destination(
    operator: Client, destination: Destination
) -> None:
    post_template(operator, destination)
    DefaultAttribute.objects.create(
        destination=destination, source_attribute="email", destination_attribute="email"
    )
    address = f"{ADMIN}/destination/{destination.pk}/change/"
    page, listed = shown(operator.get(address)), shown(operator.get(f"{ADMIN}/destination/"))
    assert "no longer fit" not in page + listed
    assert "HubSpot 2026-09, supported until 8 March 2028" in page
    DefaultAttribute.objects.create(
        destination=destination, source_attribute="tier", destination_attribute="loyalty_tier"
    )
    AccountFields.objects.update(fields=[{"name": "email"}])

    page, listed = shown(operator.get(address)), shown(operator.get(f"{ADMIN}/destination/"))

    assert "The data template “Lists” no longer fits: The account has no property “firstname”." in page
    assert (
        "The default attributes of “Marketing” no longer fit: The account has no property “loyalty_tier”" in page
    )
    assert "no longer fits" in listed


def test_properties_are_refreshed_from_the_destination(operator: Client, destination: Destination) -> None:
    AccountFields.objects.update(fields=[])

    answer = operator.post(
        f"{ADMIN}/credential/{destination.credential_id}/connection/",
        {"step": "fields", "destination": destination.pk},
    )

    assert answer.headers["Location"] == f"{ADMIN}/destination/{destination.pk}/change/"
    assert len(AccountFields.objects.get().fields) > 1


def test_a_destination_of_another_credential_is_not_gone_back_to(
    operator: Client, destination: Destination
) -> None:
    other = Credential.objects.create(name="Other")
    entered = {"step": "test", "destination": destination.pk}

    answer = operator.post(f"{ADMIN}/credential/{other.pk}/connection/", entered)

    assert answer.headers["Location"] == f"{ADMIN}/credential/{other.pk}/change/"


def test_who_may_not_add_a_data_template_reads_which_policy_is_missing(
    sign_in: Callable[[str], Client], destination: Destination
) -> None:
    reader = sign_in("datagrid_operator_read_only")

    answer = reader.get(f"{ADMIN}/destination/{destination.pk}/add-data-template/")

    assert answer.status_code == 403
    assert "DataGrid Operator" in answer.content.decode()
    assert "Add data template" not in shown(reader.get(f"{ADMIN}/destination/"))


def test_the_second_of_two_operators_reads_settings_in_the_words_of_the_form(
    operator: Client, destination: Destination
) -> None:
    address = f"{ADMIN}/destination/{destination.pk}/change/"
    opened = {**DESTINATION, "name": "Marketing", "credential": destination.credential_id}
    opened["seen_revision"] = str(destination.revision)

    assert operator.post(address, {**opened, "foreign_members": "keep"}).status_code == 302
    page = shown(operator.post(address, {**opened, "quota_share": "50"}))

    assert "Members not added by Muster is now “Keep: members added by others stay”" in page
    destination.refresh_from_db()
    assert destination.connector_settings().quota_share == 100
