"""The journey that the product is bought for: sign in, look at a campaign, send it, see what became of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from demo import people
from demo.datasets import Dataset, build
from demo.first_campaign import NAME, make_campaign
from demo.stage import HARBOUR_COFFEE, raise_brand
from tenants.scope import tenant_scope
from tests.campaigns.office import hubspot_template

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings

    from tests.sandbox import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WEEKS = 780
FOR_A_SEND = 90_000.0  # milliseconds


@pytest.fixture
def ready(transactional_db: None, sandbox: Sandbox, settings: Settings, tmp_path: Path) -> None:
    """Harbour Coffee with a campaign to send; four of five customers are contacts already."""
    settings.DATA_DIR = tmp_path / "data"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # as the web server has it
    files = build(Dataset.HARBOUR_COFFEE, tmp_path / "demo", weeks=WEEKS)
    sandbox.reset(contactsFrom=str(files.contacts))
    with tenant_scope(raise_brand(HARBOUR_COFFEE, files)):
        make_campaign(hubspot_template(sandbox.account), people.join(people.MARKETER))


def test_a_marketer_sends_a_campaign_and_reads_what_became_of_it(
    ready: None, visit: Callable[[str], Page]
) -> None:
    page = visit("/")
    page.get_by_label("E-mail").fill(people.MARKETER.email)
    page.get_by_label(re.compile("^Password")).fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Campaigns").click()
    page.get_by_role("link", name=NAME).click()
    expect(page.get_by_role("heading", name="Delivery summary")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Send now").click()

    run = page.locator("#run")
    expect(run.get_by_text("Completed with errors")).to_be_visible(timeout=FOR_A_SEND)
    expect(page.locator("#status")).to_have_text("Delivered")

    page.get_by_role("button", name=re.compile("Notifications")).click()
    expect(page.get_by_text(f"“{NAME}” was delivered with errors")).to_be_visible()
    page.keyboard.press("Escape")

    run.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    expect(page.get_by_text("Completed with errors").first).to_be_visible()
    expect(page.get_by_text("Correct it in the source data").first).to_be_visible()


@pytest.mark.long
def test_a_send_is_paused_in_the_middle_and_goes_on(
    ready: None, visit: Callable[[str], Page], sandbox: Sandbox
) -> None:
    sandbox.fault("latency", path="/crm/*", count=40, delay_ms=1500)
    page = visit("/")
    page.get_by_label("E-mail").fill(people.MARKETER.email)
    page.get_by_label(re.compile("^Password")).fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Campaigns").click()
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Send now").click()

    run, steer = page.locator("#run"), page.locator("#steer")
    expect(run.get_by_role("cell").filter(has_text="Sending")).to_be_visible(timeout=FOR_A_SEND)
    steer.get_by_role("button", name="Pause").click()
    expect(page.locator("#status")).to_have_text("Paused")
    expect(run.get_by_role("cell").filter(has_text="Stopped")).to_be_visible(timeout=FOR_A_SEND)

    steer.get_by_role("button", name="Resume").click()
    expect(page.locator("#status")).to_have_text("Delivered", timeout=FOR_A_SEND)
    expect(run.get_by_text("Completed with errors")).to_be_visible()
