"""A marketer writes queries in the browser, runs and compares them, and meets a colleague who saved first."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from customer360 import building
from customer360.engine import Limits
from customer360.models import Query, QueryRun
from customer360.queries import running
from customer360.queries.services import QueryDraft, save_query
from tenants.scope import tenant_scope
from tests.access.customers import PEOPLE, make_customers
from tests.second import Second

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from tests.cast import Cast

pytestmark = pytest.mark.long


SAMPLE = 'SELECT\n,amperity_id AS "Amperity ID"\n,email AS "Email"\nFROM Customer360'
"""As HubSpot's guide prints it."""
ENDLESS = "SELECT count(*) AS n FROM {} WHERE t0.x + t1.x + t2.x + t3.x + t4.x + t5.x > 3".format(
    ", ".join(f"(VALUES {', '.join(f'({n})' for n in range(200))}) t{at}(x)" for at in range(6))
)


@pytest.fixture
def window(
    cast: Cast, chromium: Browser, live_server: LiveServer, sign_in: Callable[[str], Client]
) -> Iterator[Page]:
    """The marketer's window."""
    context = chromium.new_context(base_url=live_server.url)
    name = django_settings.SESSION_COOKIE_NAME
    session = sign_in("amp360_user").cookies[name].value
    context.add_cookies([{"name": name, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


@pytest.fixture
def page(cast: Cast, window: Page) -> Page:
    """The same, in a tenant with customers."""
    with tenant_scope(cast.acme):
        make_customers()
    return window


def work_off(cast: Cast) -> None:
    """What the worker does."""
    with tenant_scope(cast.acme):
        running.run_query(run_id=QueryRun.objects.latest("pk").pk)


def test_from_an_empty_list_to_an_active_query_by_keyboard(cast: Cast, page: Page) -> None:
    page.goto("/t/acme/queries/")
    page.get_by_role("link", name="Create query").first.click()
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


def cancel_midway(cast: Cast, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs without an end is stopped from the page; nobody's cancelling it fails the test in a minute."""
    result = page.locator("#result")
    monkeypatch.setattr(running, "LIMITS", Limits(memory_mib=512, threads=1, seconds=60))
    page.get_by_role("textbox", name="SQL").fill(ENDLESS)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(result).to_contain_text("Waiting to start…")
    worker = Second(cast.acme.pk, lambda: work_off(cast))
    worker.start()
    expect(result).to_contain_text("Running")
    result.get_by_role("button", name="Cancel").click()
    expect(result).to_contain_text("No rows are kept.")
    worker.join(20)
    assert (worker.is_alive(), worker.error) == (False, None)


def delete_what_is_unused(page: Page) -> None:
    """Of two queries in the list the one that is used stays."""
    used, unused = page.get_by_role("row", name="Active"), page.get_by_role("row", name="(copy)")
    used.get_by_role("button", name="More").click()
    used.get_by_role("button", name="Delete").click()
    in_use = page.get_by_role("dialog", name="This query is in use")
    expect(in_use).to_contain_text("Contacts")
    in_use.get_by_role("button", name="Close").last.click()
    unused.get_by_role("button", name="More").click()
    unused.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete this query?").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“HubSpot audience (copy)” is deleted.")).to_be_visible()
    expect(used).to_be_visible()
    expect(unused).to_have_count(0)


def test_the_sample_query_is_run_cancelled_compared_copied_and_deleted_when_unused(
    cast: Cast, window: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(cast.acme):
        make_customers(key="amperity_id")
    page, sql, result = window, window.get_by_role("textbox", name="SQL"), window.locator("#result")
    added = page.locator(".changed .added")
    page.goto("/t/acme/queries/new/")
    page.get_by_label("Name", exact=True).fill("HubSpot audience")
    sql.fill(SAMPLE)
    expect(page.locator("#check")).to_contain_text("The comma straight after SELECT in line 2 was left out.")
    expect(page.get_by_role("list", name="Columns of the result")).to_contain_text("Amperity ID")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("“HubSpot audience” is active.")).to_be_visible()
    expect(sql).to_have_value(SAMPLE)

    page.get_by_role("button", name="Run", exact=True).click()
    expect(result).to_contain_text("Waiting to start…")
    work_off(cast)
    expect(result.get_by_role("columnheader", name="Amperity ID")).to_be_visible()
    with page.expect_download() as download:
        result.get_by_role("link", name="Download CSV").click()
    assert download.value.suggested_filename.startswith("hubspot-audience-")
    header, *rows = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert header == "Amperity ID,Email"
    assert min(rows) == "customer-0,zzcanary-ana@example.com"
    assert len(rows) == len(PEOPLE)

    cancel_midway(cast, page, monkeypatch)

    sql.fill(f"{SAMPLE}\nWHERE country = 'Spain'")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="the versions").click()
    expect(added).to_have_text("Added: WHERE country = 'Spain'")
    page.get_by_role("link", name=re.compile("^Version 1")).click()
    expect(page.locator(".added")).to_have_text(SAMPLE.splitlines())
    expect(page.get_by_role("region", name="Differences")).to_contain_text(',amperity_id AS "Amperity ID"')
    page.get_by_role("link", name="Changes up to now").click()
    expect(added).to_have_text("Added: WHERE country = 'Spain'")

    page.get_by_role("link", name="HubSpot audience", exact=True).click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Make a copy").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("HubSpot audience (copy)")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("“HubSpot audience (copy)” is saved.")).to_be_visible()
    expect(sql).to_have_value(f"{SAMPLE}\nWHERE country = 'Spain'")

    with tenant_scope(cast.acme):
        building.create_derived_table(query=Query.objects.get(name="HubSpot audience"), name="Contacts")
    page.goto("/t/acme/queries/")
    delete_what_is_unused(page)
