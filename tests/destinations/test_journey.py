"""From nothing to customers in HubSpot: an operator connects it and sets up where audiences go; business users
find it, or do not, send a query and a segment there, and read how it went.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from customer360.models import Query
from destinations.delivery.quota import connection
from destinations.models import Credential, DataTemplate
from destinations.orchestrations.models import OrchestrationRun
from segments.operators import Operator
from segments.services import activate_segment, create_segment
from tenants.scope import tenant_scope
from tests.campaigns.office import bring_in, by_score, email_of
from tests.destinations.orchestrations.studio import CUSTOMERS, finish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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


@pytest.fixture
def _customers(cast: Cast, sandbox: Sandbox, settings: Settings, tmp_path: Path) -> None:
    """Acme has data and something to send; HubSpot knows the same people, and has all of today's calls."""
    settings.DATA_DIR = tmp_path
    for key in connection().scan_iter("muster:*"):
        connection().delete(key)
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    with tenant_scope(cast.acme):
        bring_in(CUSTOMERS)
        sql = "SELECT id, email, score FROM Customer360 WHERE score > 50"
        Query.objects.create(name="High scores", sql=sql, status=Query.Status.ACTIVE)
        rules = by_score(Operator.AT_MOST, "10")
        segment = create_segment(name="Low scores", rules=rules, actor=cast["ampiq_user"])
        activate_segment(segment=segment, actor=cast["ampiq_user"])


@pytest.mark.long
@pytest.mark.usefixtures("_customers")
def test_from_the_catalogue_to_customers_in_hubspot(
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

    analyst = page_of("amp360_user")
    find_destination(analyst, page_of("restricted_pii"))
    orchestrate(analyst, "From a query", "query", "High scores")
    run(analyst, cast)
    expect(analyst.locator("#runs")).to_contain_text("50")
    orchestrate(operator, "From a segment", "segment", "Low scores")
    run(operator, cast)

    assert (len(sandbox.members("Muster High scores")), len(sandbox.members("Muster Low scores"))) == (50, 10)
    assert sandbox.state()["contacts"][email_of(60)]["properties"]["firstname"] == "60"
    read_how_it_went(analyst, operator)


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
    expect(guest.get_by_text("This link has already been used")).to_be_visible()


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
    last_row.get_by_label("Column", exact=True).select_option("score")
    last_row.get_by_label("Property").select_option("firstname")
    expect(operator.get_by_text("✓ 2 columns can be sent")).to_be_visible()
    operator.get_by_role("button", name="Save", exact=True).click()
    expect(operator.locator("#result_list").get_by_role("link", name="Campaign lists")).to_be_visible()


def find_destination(analyst: Page, stranger: Page) -> None:
    analyst.goto("/t/acme/destinations/")
    expect(analyst.get_by_role("heading", name="HubSpot")).to_be_visible()
    expect(analyst.get_by_text("Campaign lists")).to_be_visible()
    stranger.goto("/t/acme/destinations/")
    expect(stranger.get_by_text("You have no destinations yet")).to_be_visible()


def orchestrate(person: Page, name: str, kind: str, chosen: str) -> None:
    person.goto("/t/acme/orchestrations/")
    person.get_by_role("link", name="Add orchestration").first.click()
    person.locator("input[name=name]").fill(name)
    person.locator(f"[name=object_type][value={kind}]").check(force=True)
    person.get_by_placeholder(f"Add a {kind}…").fill(chosen)
    person.get_by_role("option", name=chosen).click()
    person.locator("select[name=destination]").select_option(label="HubSpot")
    person.locator("select[name=data_template]").select_option(label="Campaign lists")
    person.locator("input[name=list_name]").fill("Muster {{ object_name }}")
    person.get_by_role("button", name="Save", exact=True).click()
    expect(person.get_by_role("heading", name=name, exact=True)).to_be_visible()


def run(person: Page, cast: Cast) -> None:
    person.get_by_role("button", name="Run", exact=True).click()
    expect(person.locator(".head .run-status")).to_contain_text("Waiting to start…")
    with tenant_scope(cast.acme):
        finish(OrchestrationRun.objects.get(ended_at=None))
    expect(person.locator(".head .run-status")).to_contain_text("Completed")


def read_how_it_went(analyst: Page, operator: Page) -> None:
    """In the notifications of whoever started it, with a link to the report."""
    analyst.goto("/t/acme/notifications/")
    expect(analyst.get_by_text("From a query · High scores: Completed")).to_be_visible()
    operator.goto("/t/acme/orchestrations/")
    operator.get_by_role("button", name="Notifications").click()
    operator.locator("#pane").get_by_role("link", name="Open the report").first.click()
    expect(operator.get_by_role("heading", name="From a segment · Low scores")).to_be_visible()
