"""The operators' forms, posted as a browser posts them, against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpResponse

from audit.models import AuditEvent
from destinations.hubspot.settings import HubSpotSettings
from destinations.models import Credential, DataTemplate, Destination
from destinations.plugins import CredentialKind
from destinations.services.credentials import CredentialDraft, connect_account
from destinations.services.destinations import DestinationDraft, add_destination
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponseBase
    from django.test import Client

    from tenants.models import Tenant
    from tests.cast import Cast
    from tests.sandbox import Sandbox

ADMIN = "/t/acme/admin/destinations"
CREDENTIAL = {"name": "HubSpot", "description": "", "plugin_key": "hubspot", "kind": "private_app_token"}
DESTINATION = {
    "name": "HubSpot",
    "description": "Contact lists",
    "plugin_key": "hubspot",
    "foreign_members": "remove",
    "empty_audience": "on",
    "max_change_percent": "30",
    "max_removals": "",
    "quota_share": "100",
    "daily_calls": "",
    "allow_business_users": "on",
}
TEMPLATE = {
    "name": "Lists",
    "description": "",
    "available_to_orchestrations": "on",
    "access": "inherited",
    "lands_as": "list",
    "list_name": "{{ object_name }}",
    "property_name": "",
    "columns-source": ["email", "first_name", ""],
    "columns-target": ["email", "firstname", ""],
    "columns-when_empty": ["leave", "clear", "leave"],
}


@pytest.fixture
def operator(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("datagrid_operator")


@pytest.fixture
def credential(acme: Tenant, cast: Cast, sandbox: Sandbox) -> Credential:
    draft = CredentialDraft(name="Account", kind=CredentialKind.PRIVATE_APP_TOKEN, token=sandbox.token)
    return connect_account(draft=draft, actor=cast["datagrid_operator"])


@pytest.fixture
def destination(credential: Credential, cast: Cast) -> Destination:
    draft = DestinationDraft(name="Marketing", credential=credential, settings=HubSpotSettings())
    return add_destination(draft=draft, actor=cast["datagrid_operator"])


def shown(answer: HttpResponseBase) -> str:
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 200
    return answer.content.decode()


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
        ("max_change_percent", "0"),
        ("max_change_percent", "101"),
        ("max_change_percent", "-5"),
        ("max_removals", "many"),
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


def test_a_data_template_is_saved_with_its_mapping(operator: Client, destination: Destination) -> None:
    answer = post_template(operator, destination)

    assert answer.status_code == 302
    template = DataTemplate.objects.get()
    assert [(column.source, column.target, column.when_empty) for column in template.column_mappings()] == [
        ("email", "email", "leave"),
        ("first_name", "firstname", "clear"),
    ]


def post_template(operator: Client, destination: Destination, **changes: Any) -> HttpResponseBase:
    entered = {**TEMPLATE, "destination": destination.pk, **changes}
    return operator.post(f"{ADMIN}/datatemplate/add/?destination={destination.pk}", entered)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"available_to_campaigns": "on"}, "Campaigns need {{ campaign_name }} and {{ group_name }}"),
        ({"list_name": "{{ secret_key }}"}, "There is no variable"),
        ({"list_name": "{% load x %}"}, "Braces are for variables only"),
        ({"list_name": "x" * 201}, "at most 200 characters"),
        ({"list_name": "x" * 501}, "at most 500 characters"),
        ({"columns-source": ["first_name"], "columns-target": ["firstname"]}, "No column is sent as “email”"),
        ({"columns-source": ["email", "a"], "columns-target": ["email", "email"]}, "all be sent as “email”"),
        ({"columns-source": ["email", "a"], "columns-target": ["email", ""]}, "needs both"),
        ({"columns-source": ["email", "a"], "columns-target": ["email", "no_such"]}, "no property “no_such”"),
        ({"columns-source": ["email", "a"], "columns-target": ["email", "createdate"]}, "read-only"),
        ({"columns-source": ["email", "a"], "columns-target": ["email", "9lives"]}, "must start with a letter"),
        ({"columns-source": ["email", "x" * 300], "columns-target": ["email", "city"]}, "at most 200 characters"),
        ({"columns-when_empty": ["leave", "explode", ""]}, "can't be read"),
        ({"columns-source": [], "columns-target": []}, "required"),
        ({"lands_as": "everything"}, "not one of the available choices"),
        ({"access": "root"}, "not one of the available choices"),
        ({"name": ""}, "required"),
    ],
)
def test_what_a_data_template_can_not_be_is_told(
    operator: Client, destination: Destination, changes: dict[str, Any], told: str
) -> None:
    page = shown(post_template(operator, destination, **changes))

    assert told in page.replace("&#x27;", "'")
    assert not DataTemplate.objects.exists()


def test_names_of_properties_are_normalised(operator: Client, destination: Destination) -> None:
    columns = {"columns-source": ["email", "First Name*"], "columns-target": ["email", "FirstName"]}
    post_template(operator, destination, **columns, **{"columns-when_empty": ["leave", "leave"]})

    assert DataTemplate.objects.get().column_mappings()[1].target == "firstname"


def test_names_of_templates_are_unique_within_their_destination(
    operator: Client, destination: Destination
) -> None:
    post_template(operator, destination)

    assert "has a data template with this name" in shown(post_template(operator, destination, name="LISTS"))


def test_a_template_is_added_from_its_destination(operator: Client, destination: Destination) -> None:
    answer = operator.get(f"{ADMIN}/destination/{destination.pk}/add-data-template/", follow=True)

    assert "First Name (firstname)" in shown(answer)


def test_without_a_destination_one_is_chosen_first(operator: Client, destination: Destination) -> None:
    for query in ("", "?destination=999999", "?destination=x'--"):
        assert "For which destination?" in shown(operator.get(f"{ADMIN}/datatemplate/add/{query}"))


def test_what_is_in_use_is_not_deleted(operator: Client, destination: Destination) -> None:
    post_template(operator, destination)
    for row in (destination, destination.credential):
        name = row._meta.model_name
        operator.post(f"{ADMIN}/{name}/{row.pk}/delete/", {"post": "yes"})

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

    assert 'type="submit"' not in shown(reader.get(address)).split('id="content-main"')[1]
    assert reader.post(address, {**DESTINATION, "credential": destination.credential_id}).status_code == 403
    assert reader.post(f"{ADMIN}/credential/{destination.credential_id}/connection/").status_code == 403


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
