"""Two operators at the Data Explorer: a table from a query, its examples, and marks that both change at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from customer360 import storage, tasks
from customer360.imports.services import import_file
from customer360.models import Query, Table
from customer360.queries.services import QueryDraft, activate_query, create_query
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from tests.cast import Cast

    Window = Callable[[str], Page]

pytestmark = pytest.mark.long


@pytest.fixture
def window(chromium: Browser, live_server: LiveServer, sign_in: Callable[[str], Client]) -> Iterator[Window]:
    """A browser window of somebody of the cast."""
    contexts = []

    def opened(person: str) -> Page:
        contexts.append(context := chromium.new_context(base_url=live_server.url))
        name = django_settings.SESSION_COOKIE_NAME
        session = sign_in(person).cookies[name].value
        context.add_cookies([{"name": name, "value": session, "url": live_server.url}])
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def query(cast: Cast) -> Query:
    with tenant_scope(cast.acme):
        path = storage.new_upload("people.csv")
        path.write_text("customer_id,email,city\nC1,ada@example.com,Hull\nC2,bo@example.com,York\n")
        import_file(source=path, table_name="People", key_column="customer_id")
        draft = QueryDraft("Contacts by city", "SELECT customer_id, email, city FROM People")
        made = create_query(draft=draft, actor=cast["datagrid_operator"])
        return activate_query(query=made, actor=cast["datagrid_operator"])


def test_a_table_is_made_from_a_query_and_marked_by_two_people(cast: Cast, query: Query, window: Window) -> None:
    page = window("datagrid_operator")
    page.goto("/t/acme/tables/")
    page.get_by_role("link", name="Create table from a query").click()
    page.get_by_role("link", name="Use as a table Contacts by city").click()
    expect(page.get_by_label("Name")).to_have_value("Contacts_by_city")
    page.get_by_label("Name").fill("Contacts")
    page.get_by_role("button", name="Build table").click()
    expect(page.get_by_text("Waiting to be built…")).to_be_visible()
    with tenant_scope(cast.acme):
        table = Table.objects.get(name="Contacts")
    tasks.build_table(table_id=table.pk, tenant_id=cast.acme.pk)
    expect(page.get_by_text("bo@example.com").first).to_be_visible()  # the page came anew by itself
    expect(page.get_by_role("link", name="Contacts by city")).to_be_visible()

    other = window("datagrid_administrator")
    for each in (page, other):
        each.goto(f"/t/acme/tables/{table.pk}/edit/")
    other.get_by_label("Not for activation city").check()
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Personal data city").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    expect(page.get_by_role("cell", name="city, not for activation")).to_be_visible()
    expect(page.get_by_role("cell", name="city, personal data")).to_be_visible()
    page.get_by_label("Not for activation city").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not for activation").first).to_be_visible()

    restricted = window("restricted_pii")
    restricted.goto(f"/t/acme/tables/{table.pk}/")
    expect(restricted.get_by_text("hidden").first).to_be_visible()
    expect(restricted.get_by_text("Hull")).to_have_count(0)

    page.get_by_role("button", name="More", exact=False).first.click()
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“Contacts” is deleted.")).to_be_visible()
