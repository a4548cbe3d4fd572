"""A marketer writes a query in the browser, runs it, and meets a colleague who saved it first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from customer360.models import Query, QueryRun
from customer360.queries import running
from customer360.queries.services import QueryDraft, save_query
from tenants.scope import tenant_scope
from tests.access.customers import make_customers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from tests.cast import Cast

pytestmark = pytest.mark.long


@pytest.fixture
def page(
    cast: Cast, chromium: Browser, live_server: LiveServer, sign_in: Callable[[str], Client]
) -> Iterator[Page]:
    """The marketer's window, in a tenant with customers."""
    with tenant_scope(cast.acme):
        make_customers()
    context = chromium.new_context(base_url=live_server.url)
    name = django_settings.SESSION_COOKIE_NAME
    session = sign_in("amp360_user").cookies[name].value
    context.add_cookies([{"name": name, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def work_off(cast: Cast) -> None:
    """What the worker does."""
    with tenant_scope(cast.acme):
        running.run_query(run_id=QueryRun.objects.latest("pk").pk)


def test_from_an_empty_list_to_an_active_query_by_keyboard(cast: Cast, page: Page) -> None:
    page.goto("/t/acme/queries/")
    page.get_by_role("link", name="New query").first.click()
    page.get_by_label("Name").fill("Spaniards")
    sql = page.get_by_role("textbox", name="SQL")
    sql.click()
    page.keyboard.type("SELECT\n,id,\n")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="email").press("Enter")
    page.keyboard.type("\nFROM Customr360")
    expect(sql).to_have_value("SELECT\n,id,\n  email\n  FROM Customr360")
    expect(page.locator("#check")).to_contain_text("Line 4, column 8")
    expect(page.locator("[data-faults] mark")).to_have_text("Customr360")
    page.get_by_role("button", name="Line 4, column 8").click()
    page.keyboard.press("Shift+End")
    page.keyboard.type("Custom")
    expect(page.get_by_role("option", name="Customer360")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type(" -- all of them")
    expect(page.locator("#check")).to_contain_text("Can run: 2 columns")
    expect(page.locator("#check")).to_contain_text("The comma straight after SELECT in line 2 was left out.")
    expect(page.locator("[data-colours] .comment")).to_have_text("-- all of them")

    page.keyboard.press("Control+Enter")
    expect(page.locator("#result")).to_contain_text("Waiting to start…")
    work_off(cast)
    expect(page.locator("#result")).to_contain_text("3 rows")
    expect(page.get_by_role("cell", name="zzcanary-ana@example.com")).to_be_visible()

    sql.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(sql).not_to_be_focused()
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("“Spaniards” is active.")).to_be_visible()
    with tenant_scope(cast.acme):
        assert Query.objects.get().is_active


def test_of_two_people_who_edit_the_second_compares_and_keeps_both(cast: Cast, page: Page) -> None:
    with tenant_scope(cast.acme):
        query = Query.objects.create(name="Lapsed", sql="SELECT id FROM Customer360", revision=1)
    address = f"/t/acme/queries/{query.pk}/"
    page.goto(address)
    page.get_by_role("textbox", name="SQL").fill("SELECT id, email FROM Customer360")
    with tenant_scope(cast.acme):
        theirs = QueryDraft("Lapsed", "SELECT id, country FROM Customer360")
        save_query(query=query, draft=theirs, revision=1, actor=cast["datagrid_operator"])

    page.get_by_role("button", name="Save", exact=True).click()

    conflict = page.get_by_role("region", name=re.compile("saved this query"))
    expect(conflict.locator("del")).to_have_text("country")
    expect(conflict.locator("ins")).to_have_text("email")
    expect(page.get_by_role("textbox", name="SQL")).to_have_value("SELECT id, email FROM Customer360")
    conflict.get_by_role("button", name="Save mine on top").click()
    expect(page.get_by_text("“Lapsed” is saved.")).to_be_visible()
    page.get_by_role("link", name="All, with differences").click()
    page.get_by_role("link", name=re.compile("Version 1")).click()
    page.get_by_role("button", name="Restore this text").click()
    expect(page.get_by_role("textbox", name="SQL")).to_have_value(theirs.sql)
