"""A marketer looks at who is in a segment: figures, charts of other attributes, one customer, a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from segments.files.services import write_file
from segments.models import CustomerFile
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from segments.models import Segment
    from tenants.models import Tenant

pytestmark = [pytest.mark.long, pytest.mark.browser]


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, sign_in: Callable[[str], Client]) -> Iterator[Page]:
    """The marketer's window; at the end, no script may have failed."""
    complaints: list[str] = []
    name = django_settings.SESSION_COOKIE_NAME
    session = sign_in("ampiq_user").cookies[name].value
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": name, "value": session, "url": live_server.url}])
    window = context.new_page()
    window.on("pageerror", lambda error: complaints.append(str(error)))
    yield window
    context.close()
    assert complaints == []


def test_from_the_figures_to_one_customer(page: Page, europe: Segment, acme: Tenant) -> None:
    page.goto(f"/t/acme/segments/{europe.pk}/")
    page.get_by_role("link", name="Insights", exact=True).click()
    expect(page.get_by_label("Key figures")).to_contain_text("Reachable by e-mail")
    expect(page.get_by_role("list", name="Customers by country")).to_contain_text("Spain")

    page.get_by_role("button", name="Choose attributes").click()
    page.get_by_role("button", name="Remove country").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("img", name="Customers by points")).to_be_visible()
    expect(page.get_by_role("list", name="Customers by country")).to_have_count(0)

    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_role("button", name="Download").click()
    expect(page.get_by_text("Waiting to start…")).to_be_visible()
    with tenant_scope(acme):
        write_file(file_id=CustomerFile.objects.get().pk)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()  # it came by itself
    assert download.value.suggested_filename == f"europe-{europe.pk}.csv"
    page.get_by_role("searchbox").fill("bo@example.com")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("row")).to_have_count(2)
    assert "bo@example.com" not in page.url
