"""In the browser: add an orchestration of a query and one of a segment, run both, read status and notification."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from destinations.orchestrations.models import OrchestrationRun
from tests.campaigns.office import email_of
from tests.destinations.orchestrations.studio import CUSTOMERS, finish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from tests.destinations.orchestrations.studio import Studio
    from tests.sandbox import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, sign_in: Callable[[str], Client]) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url)
    session = sign_in("datagrid_operator").cookies[django_settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def add(page: Page, name: str, kind: str, chosen: str) -> None:
    page.goto("/t/acme/orchestrations/")
    page.get_by_role("link", name="Add orchestration").first.click()
    page.locator("input[name=name]").fill(name)
    page.locator(f"[name=object_type][value={kind}]").check(force=True)
    page.get_by_placeholder(f"Add a {kind}…").fill(chosen)
    page.get_by_role("option", name=chosen).click()
    page.locator("select[name=destination]").select_option(label="HubSpot")
    page.locator("select[name=data_template]").select_option(label="Query results")
    page.locator("input[name=list_name]").fill("Muster {{ object_name }}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".head .run-status")).to_contain_text("Waiting to start…")
    finish(OrchestrationRun.objects.get(ended_at=None))
    expect(page.locator(".head .run-status")).to_contain_text("Completed")


def test_a_query_and_a_segment_are_sent_and_people_read_how_it_went(
    busy_studio: Studio, page: Page, sandbox: Sandbox
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    busy_studio.query("High scores")
    busy_studio.segment("Low scores")

    add(page, "From a query", "query", "High scores")
    run(page)
    expect(page.locator("#runs")).to_contain_text("50")
    add(page, "From a segment", "segment", "Low scores")
    run(page)
    assert (len(sandbox.members("Muster High scores")), len(sandbox.members("Muster Low scores"))) == (50, 10)

    page.goto("/t/acme/notifications/")
    expect(page.get_by_text("From a query · High scores: Completed")).to_be_visible()
    expect(page.get_by_text("From a segment · Low scores: Completed")).to_be_visible()

    page.goto("/t/acme/orchestrations/")
    page.get_by_role("button", name="Notifications").click()
    page.locator("#pane").get_by_role("link", name="Open the report").first.click()
    expect(page.get_by_role("heading", name="From a segment · Low scores")).to_be_visible()
