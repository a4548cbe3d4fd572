"""In the browser: a send paused, gone on with and stopped; its recipients in a follow-up; a clock that changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from campaigns.models import CampaignRun
from campaigns.services import preparing
from destinations.schedules import dispatch
from runtime import clock
from segments.models import Segment
from tests.campaigns.conftest import CUSTOMERS
from tests.campaigns.office import email_of
from tests.campaigns.schedules import DAILY
from tests.campaigns.test_sending import treated
from tests.destinations.delivery.desk import run_due_work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from campaigns.models import Campaign
    from tests.campaigns.office import Office
    from tests.sandbox import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, sign_in: Callable[[str], Client]) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce")
    session = sign_in("ampiq_user").cookies[django_settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def send(page: Page, campaign: Campaign, *, steps: int | None) -> None:
    """From the page's button; the worker then does so many steps of the deliveries."""
    page.goto(f"/t/acme/campaigns/{campaign.pk}/")
    page.locator("button[commandfor=send]").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Send now").click()
    expect(page.locator("#status")).to_contain_text("Sending")
    preparing.prepare(CampaignRun.objects.open().get().pk)
    run_due_work(steps=steps) if steps else run_due_work()


def stands(page: Page, status: str) -> None:
    page.reload()
    expect(page.locator("#status")).to_contain_text(status)


def test_a_send_is_paused_goes_on_is_stopped_and_followed_up(
    busy_office: Office, sandbox: Sandbox, page: Page
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    campaign = busy_office.campaign()
    send(page, campaign, steps=1)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#status")).to_contain_text("Paused")
    run_due_work()
    assert not sandbox.state()["lists"].get("Autumn - Offer", {}).get("members")
    page.get_by_role("button", name="Resume").click()
    run_due_work()
    stands(page, "Delivered")
    assert set(sandbox.members("Autumn - Offer")) == {email_of(number) for number in treated(campaign)}

    send(page, campaign, steps=1)
    page.get_by_role("button", name="Stop").first.click()
    page.get_by_role("button", name="Stop the run").click()
    run_due_work()
    stands(page, "Stopped")

    follow_up(page, customers=len(CUSTOMERS))


def follow_up(page: Page, *, customers: int) -> None:
    """A segment of who was in the campaign, from the picker of the Segment Editor."""
    page.goto("/t/acme/segments/")
    page.get_by_role("button", name="Create segment").first.click()
    page.get_by_label("Name").fill("Had Autumn")
    page.get_by_role("button", name="Create and edit").click()
    page.locator("#add-include").click()
    page.get_by_role("button", name="Was in a campaign").click()
    page.get_by_placeholder("Add a value").click()
    page.get_by_role("option", name="Autumn").click()
    expect(page.locator("#words")).to_contain_text("Customer was in the campaign Autumn in the last 30 days")
    expect(page.locator("#count-figures")).to_contain_text(f"{customers} customers")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Had Autumn v1 is active")).to_be_visible()
    assert Segment.objects.get(name="Had Autumn").status == Segment.Status.ACTIVE


def test_a_recurring_campaign_is_sent_once_a_day_also_when_the_clock_changes(
    busy_office: Office, page: Page, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Half past two in Berlin does not come on the 28th of March 2027: that day it is three o'clock."""
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock.json"))

    def tell(moment: datetime) -> None:
        clock.set_clock(tmp_path / "clock.json", offset=moment - datetime.now(UTC), rate=0)

    tell(datetime(2027, 3, 27, 12, tzinfo=UTC))
    campaign = busy_office.campaign(schedule=DAILY)
    page.goto(f"/t/acme/campaigns/{campaign.pk}/")
    page.get_by_role("button", name="Schedule").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Schedule").click()
    expect(page.locator("#status")).to_contain_text("Scheduled")
    around = [datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 29, tzinfo=UTC)]
    for moment in (first + timedelta(minutes=30 * beat) for first in around for beat in range(4)):
        tell(moment)
        dispatch.dispatch_due()
        for run in CampaignRun.objects.open():
            preparing.prepare(run.pk)
            run_due_work()
    stands(page, "Active")
    sent = [run.started_at.astimezone(DAILY.time_zone) for run in campaign.runs.order_by("number")]
    assert [f"{moment:%d %H:%M}" for moment in sent] == ["28 03:00", "29 02:30"]
    runs = page.get_by_role("region", name="Runs")
    expect(runs.get_by_role("link", name="Run ")).to_have_count(2)
    expect(runs).to_contain_text("28 Mar 2027")
    expect(runs).to_contain_text("29 Mar 2027")
