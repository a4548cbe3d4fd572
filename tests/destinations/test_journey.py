"""An operator connects HubSpot by OAuth and sets up a destination; a business user then finds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from destinations.models import Credential, DataTemplate
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

    from tests.cast import Cast
    from tests.sandbox import Sandbox


@pytest.fixture
def page_of(
    chromium: Browser,
    live_server: LiveServer,
    sign_in: Callable[[str], Client],
    settings: Settings,
) -> Iterator[Callable[[str | None], Page]]:
    """A window of this person's, signed in; of somebody who has no account here for None."""
    settings.PUBLIC_URL = live_server.url
    contexts = []

    def opened(person: str | None) -> Page:
        context = chromium.new_context(base_url=live_server.url)
        contexts.append(context)
        if person is not None:
            session = sign_in(person).cookies[django_settings.SESSION_COOKIE_NAME].value
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
            context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict is what Playwright takes
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.long
def test_from_the_catalogue_to_a_destination_that_a_marketer_finds(
    cast: Cast, sandbox: Sandbox, page_of: Callable[[str | None], Page]
) -> None:
    operator = page_of("datagrid_operator")
    choose_plugin(operator)
    beside, link = begin_credential(operator)
    grant(page_of(None), link)
    choose_credential(operator, beside)
    save_destination(operator)
    add_data_template(operator)

    with tenant_scope(cast.acme):
        assert Credential.objects.get().portal_id == sandbox.account.portal
        assert [column.target for column in DataTemplate.objects.get().column_mappings()] == ["email", "firstname"]
    marketer = page_of("ampiq_user")
    marketer.goto("/t/acme/destinations/")
    expect(marketer.get_by_role("heading", name="HubSpot")).to_be_visible()
    expect(marketer.get_by_text("Campaign lists")).to_be_visible()
    stranger = page_of("restricted_pii")
    stranger.goto("/t/acme/destinations/")
    expect(stranger.get_by_text("No destination is open to you yet")).to_be_visible()


def choose_plugin(operator: Page) -> None:
    """In the catalogue, and again in the form's drop-down: both are filtered by typing."""
    operator.goto("/t/acme/admin/destinations/destination/add/")
    operator.get_by_placeholder("Start typing").fill("hub")
    operator.get_by_role("link", name=re.compile("HubSpot")).click()
    operator.get_by_role("combobox", name=re.compile("HubSpot")).click()
    operator.get_by_role("searchbox").fill("hub")
    operator.get_by_role("option", name="HubSpot (CRM)").click()


def begin_credential(operator: Page) -> tuple[Page, str]:
    """A credential by OAuth, beside the destination's form: that window, and the link to hand over."""
    with operator.expect_popup() as opened:
        operator.get_by_role("link", name="Create a new credential").click()
    beside = opened.value
    beside.get_by_label("Name").fill("Marketing account")
    beside.get_by_role("button", name="Save", exact=True).click()
    return beside, beside.get_by_label("Authorization URL").input_value()


def grant(guest: Page, link: str) -> None:
    """Whoever has the link needs no account here, and it works once."""
    guest.goto(link)
    guest.get_by_role("button", name="Connect app").click()
    expect(guest.get_by_role("heading", name="HubSpot is connected")).to_be_visible()
    guest.goto(link)
    guest.get_by_role("button", name="Connect app").click()
    expect(guest.get_by_text("This link was used already")).to_be_visible()


def choose_credential(operator: Page, beside: Page) -> None:
    with beside.expect_event("close"):
        beside.get_by_role("button", name="Done").click()
    chosen = operator.get_by_label("Credential", exact=False).first
    expect(chosen.locator("option:checked")).to_have_text("Marketing account")


def save_destination(operator: Page) -> None:
    operator.get_by_label("Name").fill("HubSpot")
    operator.get_by_label("Allow business users access to this destination").check(force=True)
    operator.get_by_role("button", name="Save", exact=True).click()
    expect(operator.get_by_text("none: can't be used yet")).to_be_visible()
    operator.goto("/t/acme/admin/destinations/credential/")
    expect(operator.get_by_text("✓ Connected")).to_be_visible()


def add_data_template(operator: Page) -> None:
    operator.goto("/t/acme/admin/destinations/datatemplate/add/")
    operator.get_by_role("link", name=re.compile("HubSpot.*0 data templates")).click()
    operator.get_by_label("Name", exact=False).first.fill("Campaign lists")
    operator.get_by_label("Available to campaigns").check(force=True)
    expect(operator.get_by_text("Campaigns need {{ campaign_name }}")).to_be_visible()
    operator.get_by_role("button", name="Put them in").first.click()
    expect(operator.locator("output").first).to_have_text("Spring win-back - Offer 10 %")
    last_row = operator.locator("[data-row]").nth(1)
    last_row.get_by_label("Column", exact=True).fill("first_name")
    last_row.get_by_label("Property").select_option("firstname")
    expect(operator.get_by_text("✓ 2 columns can be sent")).to_be_visible()
    operator.get_by_role("button", name="Save", exact=True).click()
    expect(operator.locator("#result_list").get_by_role("link", name="Campaign lists")).to_be_visible()
