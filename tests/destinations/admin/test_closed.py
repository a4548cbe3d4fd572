"""What is closed to people with Restrict PII access is closed to operators among them, in the admin as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.http import HttpResponse

from accounts.access import access_of
from destinations.errors import InUseError
from destinations.models import Credential, DataTemplate, Destination
from destinations.orchestrations.models import Orchestration
from destinations.services.data_templates import require_unused
from tests.destinations.admin.entered import ADMIN, DESTINATION, TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tenants.models import Tenant
    from tests.cast import Cast

HIDDEN = "Hidden from them"
OVERVIEW = "/t/acme/admin/"


def set_up() -> tuple[Destination, DataTemplate]:
    """A destination that nobody restricted may see, with all that the overview tells of, and an open one."""
    credential = Credential.objects.create(name="Account", portal_id=123, status=Credential.Status.REAUTHORISE)
    closed = Destination.objects.create(name=HIDDEN, credential=credential, allow_business_users=True)
    template = DataTemplate.objects.create(destination=closed, name=f"{HIDDEN}, too")
    opened = Destination.objects.create(name="Open to them", credential=credential, allow_restricted_pii=True)
    DataTemplate.objects.create(
        destination=opened, name=f"{HIDDEN}, by itself", access=DataTemplate.AccessRule.OWN
    )
    return closed, template


def test_a_restricted_operator_reads_of_it_nowhere(acme: Tenant, sign_in: Callable[[str], Client]) -> None:
    closed, template = set_up()
    restricted = sign_in("restricted_pii")
    opened = Destination.objects.exclude(pk=closed.pk).get()

    for address in (
        OVERVIEW,
        f"{ADMIN}/destination/",
        f"{ADMIN}/destination/{opened.pk}/change/",
        f"{ADMIN}/datatemplate/",
        f"{ADMIN}/datatemplate/add/",
        f"{ADMIN}/datatemplate/add/?destination={closed.pk}",
        f"{ADMIN}/credential/{closed.credential_id}/change/",
    ):
        page = restricted.get(address)
        assert isinstance(page, HttpResponse)
        assert page.status_code == 200, address
        assert HIDDEN not in page.content.decode(), address
    for address in (
        f"{ADMIN}/destination/{closed.pk}/change/",
        f"{ADMIN}/destination/{closed.pk}/delete/",
        f"{ADMIN}/datatemplate/{template.pk}/change/",
    ):
        assert restricted.get(address).status_code in {302, 404}, address
    gone = restricted.get(f"{ADMIN}/destination/{closed.pk}/change/", follow=True).content.decode()
    assert "This destination is not there any more, or is not open to you." in gone


def test_what_is_in_use_names_to_a_person_only_what_is_open_to_them(
    acme: Tenant, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    closed, template = set_up()
    opened = Destination.objects.exclude(pk=closed.pk).get()
    lists = DataTemplate.objects.create(destination=opened, name="Lists")
    Orchestration.objects.create(name="Nightly", data_template=lists)
    restricted = sign_in("restricted_pii")

    for thing, used in (
        (f"credential/{closed.credential_id}", "Used by “Open to them”, something that you may not see."),
        (f"destination/{opened.pk}", "It has data templates: “Lists”, something that you may not see."),
        (f"datatemplate/{lists.pk}", "Used by orchestrations: “Nightly”."),
    ):
        page = restricted.get(f"{ADMIN}/{thing}/delete/", follow=True).content.decode()
        assert used in page, thing
        assert HIDDEN not in page, thing
        assert "Are you sure" not in page, thing
    Orchestration.objects.create(name=HIDDEN, data_template=template)
    with pytest.raises(InUseError, match="Used by orchestrations: something that you may not see"):
        require_unused(template, access_of(cast["restricted_pii"], acme))


def test_a_restricted_operator_posts_nothing_to_it(acme: Tenant, sign_in: Callable[[str], Client]) -> None:
    closed, template = set_up()
    opened = Destination.objects.exclude(pk=closed.pk).get()
    restricted = sign_in("restricted_pii")

    crafted = {**TEMPLATE, "destination": closed.pk}
    page = restricted.post(f"{ADMIN}/datatemplate/add/?destination={opened.pk}", crafted)
    assert HIDDEN not in page.content.decode()
    assert restricted.post(f"{ADMIN}/datatemplate/check/?template={template.pk}", {}).status_code == 404
    assert restricted.post(f"{ADMIN}/datatemplate/check/", crafted).status_code == 404
    changed = {**DESTINATION, "credential": closed.credential_id, "save_untested": "on"}
    assert restricted.post(f"{ADMIN}/destination/{closed.pk}/change/", changed).status_code in {302, 404}
    assert DataTemplate.objects.count() == 2
    assert set(Destination.objects.values_list("name", flat=True)) == {HIDDEN, "Open to them"}


def test_a_restricted_operator_reads_where_a_new_destination_went(
    credential: Credential, sign_in: Callable[[str], Client]
) -> None:
    added = {**DESTINATION, "credential": credential.pk}

    page = sign_in("restricted_pii").post(f"{ADMIN}/destination/add/?plugin_key=hubspot", added, follow=True)

    assert "has to open it to people with Restrict PII access" in page.content.decode()
    assert Destination.objects.filter(name=DESTINATION["name"]).exists()


def test_operators_who_may_see_personal_data_read_of_everything(
    acme: Tenant, sign_in: Callable[[str], Client]
) -> None:
    set_up()

    page = sign_in("datagrid_operator").get(OVERVIEW).content.decode()

    assert f"The data template “{HIDDEN}, too” no longer fits" in page
