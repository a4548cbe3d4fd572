"""Names that are markup stay text, in the operators' admin as well, where a script would run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.models import AccountFields, Credential, DataTemplate, Destination

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tenants.models import Tenant

MARKUP = "<img src=x onerror=alert(1)>"
ADMIN = "/t/acme/admin/destinations"
PAGES = (
    "/t/acme/admin/",
    f"{ADMIN}/credential/",
    f"{ADMIN}/credential/{{credential}}/change/",
    f"{ADMIN}/credential/{{credential}}/delete/",
    f"{ADMIN}/credential/{{credential}}/history/",
    f"{ADMIN}/destination/",
    f"{ADMIN}/destination/{{destination}}/change/",
    f"{ADMIN}/destination/{{destination}}/delete/",
    f"{ADMIN}/datatemplate/",
    f"{ADMIN}/datatemplate/add/",
    f"{ADMIN}/datatemplate/add/?destination={{destination}}",
    f"{ADMIN}/datatemplate/{{template}}/change/",
    f"{ADMIN}/datatemplate/{{template}}/delete/",
    "/t/acme/destinations/",
    "/t/acme/destinations/{destination}/",
    "/t/acme/destinations/attributes/",
    "/t/acme/destinations/{destination}/attributes/",
    "/t/acme/orchestrations/new/",
    "/t/acme/campaigns/new/",
    "/t/acme/notifications/alerts/new/delivery/",
)


@pytest.fixture
def marked_up(acme: Tenant) -> DataTemplate:
    """Everything that has a name has this one, what HubSpot tells included."""
    credential = Credential.objects.create(name=MARKUP, portal_id=1, granted_by=MARKUP, connected_by=MARKUP)
    named = {"name": "email", "label": MARKUP, "group": MARKUP}
    AccountFields.objects.create(credential=credential, fields=[named])
    destination = Destination.objects.create(name=MARKUP, description=MARKUP, credential=credential)
    return DataTemplate.objects.create(
        name=MARKUP, destination=destination, list_name=MARKUP, mapping=[{"source": MARKUP, "target": "email"}]
    )


@pytest.mark.parametrize("person", ["datagrid_administrator", "datagrid_operator_read_only"])
def test_markup_in_a_name_is_shown_as_it_is_written(
    person: str, marked_up: DataTemplate, sign_in: Callable[[str], Client]
) -> None:
    client, destination = sign_in(person), marked_up.destination
    made = {"template": marked_up.pk, "destination": destination.pk, "credential": destination.credential_id}
    shown = {page: client.get(page.format(**made)).content.decode() for page in PAGES}
    assert not [page for page, text in shown.items() if "<img src=x" in text]
