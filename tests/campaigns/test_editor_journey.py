"""In the browser: a campaign from its name to its schedule, by mouse and by keyboard, and two people at once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from campaigns.audience.planning import draft_of
from campaigns.models import Campaign
from campaigns.states import Status
from destinations.schedules.recurrence import Kind
from segments.operators import Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from playwright.sync_api import Browser, BrowserContext, Locator, Page
    from pytest_django.live_server_helper import LiveServer

    from tests.campaigns.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture
def marketer(
    chromium: Browser, live_server: LiveServer, sign_in: Callable[[str], Client]
) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    session = sign_in("ampiq_user").cookies[django_settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context
    context.close()


@pytest.fixture
def segments(busy_office: Office) -> None:
    busy_office.everybody()
    busy_office.segment("High", Operator.AT_LEAST, "51")
    busy_office.segment("Middle", Operator.LESS, "51")
    busy_office.segment("Low", Operator.LESS, "11")


def part(page: Page, name: str) -> Locator:
    return page.locator(".part").filter(has=page.locator(f'input[value="{name}"]'))


def counted(page: Page) -> Page:
    """The page when every change is saved and the numbers are those of now: nothing moves any more."""
    expect(page.locator("#editor-state:not([data-state])")).to_be_visible()
    expect(page.locator("[data-editor]:not([data-counting])")).to_be_visible()
    return page


def kept() -> Campaign:
    campaign: Campaign = Campaign.objects.whole().get()
    return campaign


def create(page: Page) -> None:
    page.goto("/t/acme/campaigns/")
    page.get_by_role("link", name="Create campaign").first.click()
    page.get_by_label("Campaign name").fill("Autumn win-back")
    page.get_by_role("button", name="Create campaign").click()


def choose_audience(page: Page) -> None:
    """Counted while it changes. What is clicked is there once the page's scripts have made it."""
    page.get_by_role("combobox", name="Include").click()
    page.get_by_role("option", name="Everybody").click()
    page.get_by_role("combobox", name="Exclude").click()
    page.get_by_role("option", name="Low").click()
    page.keyboard.press("Escape")
    expect(page.locator("#totals")).to_contain_text("90")


def add_parts_and_drag_them(page: Page) -> None:
    for name in ("Everybody", "High"):
        counted(page).get_by_role("button", name="Add sub-audience").click()
        page.locator("#segment-menu").get_by_role("button", name=name).click()
        expect(part(page, name)).to_be_visible()
    expect(part(counted(page), "Everybody").locator(".part-size")).to_contain_text("90")
    above = part(page, "Everybody").locator(".part-head")
    part(page, "High").locator(".handle").drag_to(above, target_position={"x": 60, "y": 4})
    expect(part(page, "High").locator(".part-size")).to_contain_text("50")
    expect(part(page, "Everybody").locator(".part-size")).to_contain_text("40")


def set_destinations_and_split(page: Page) -> None:
    """First a split that does not add up."""
    counted(page).get_by_role("button", name="Destination for all").click()
    page.locator("#template-menu").get_by_role("button", name="HubSpot · Contact lists").click()
    high = part(page, "High")
    expect(high.get_by_text("HubSpot · Contact lists")).to_be_visible()
    high.get_by_role("button", name="Add treatment").click()
    expect(high.locator(".group-row")).to_have_count(3)
    high.get_by_label("Split of High in High").fill("40")
    high.get_by_label("Split of High in High").press("Tab")
    expect(high).to_contain_text("5 % are missing")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("dialog")).to_contain_text("5 % are missing")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    high.get_by_role("button", name="Split evenly").click()
    expect(high).not_to_contain_text("are missing")


def set_attributes(page: Page) -> None:
    part(page, "High").get_by_role("button", name="Edit attributes").first.click()
    page.get_by_role("button", name="Add attribute").click()
    page.get_by_label("Destination attribute").last.fill("Customer Score")
    page.get_by_label("Source table and attribute").last.select_option("Merged_Customers.score")
    page.get_by_role("button", name="Save attributes").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def set_timing(page: Page) -> None:
    page.get_by_label("Recurring").check()
    page.get_by_label("Monthly").check()
    page.get_by_label("On day").select_option("last")
    expect(page.locator(".schedule-preview")).to_contain_text("On the last day of every month")


def review_and_schedule(page: Page) -> None:
    counted(page).reload()
    expect(part(page, "High").locator(".part-size")).to_contain_text("50")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nobody is in “All remaining recipients” now")
    page.get_by_role("button", name="Save anyway").click()
    expect(page.get_by_role("heading", name="Autumn win-back", exact=True)).to_be_visible()
    page.get_by_role("button", name="Schedule").click()
    page.get_by_role("dialog").get_by_role("button", name="Schedule").click()
    expect(page.locator("#status")).to_contain_text("Scheduled")


@pytest.mark.usefixtures("segments")
def test_a_campaign_is_made_by_mouse(marketer: BrowserContext) -> None:
    page = marketer.new_page()
    create(page)
    choose_audience(page)
    add_parts_and_drag_them(page)
    set_destinations_and_split(page)
    set_attributes(page)
    set_timing(page)
    review_and_schedule(page)
    campaign, draft = kept(), draft_of(kept())
    kept_schedule = (campaign.schedule.kind, campaign.schedule.month_day)
    assert (campaign.status, kept_schedule) == (Status.SCHEDULED, (Kind.MONTHLY, "last"))
    assert [each.name for each in draft.sub_audiences] == ["High", "Everybody", "All remaining recipients"]
    assert [group.percent for group in draft.sub_audiences[0].groups] == [Decimal(45), Decimal(45), Decimal(10)]
    sent = campaign.sub_audiences.all()[0].groups.all()[0].destinations.get().sent_attributes
    assert [attribute.destination_attribute for attribute in sent] == ["email", "customer_score"]


@pytest.mark.usefixtures("segments")
def test_a_campaign_is_made_by_keyboard(busy_office: Office, marketer: BrowserContext) -> None:
    page = marketer.new_page()
    keyboard = page.keyboard
    page.goto("/t/acme/campaigns/new/")
    keyboard.type("Autumn win-back")
    keyboard.press("Enter")
    expect(page.locator("#name")).to_have_value("Autumn win-back")

    page.locator("#include_search").focus()
    keyboard.type("every")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    keyboard.press("Escape")
    expect(page.locator("#totals")).to_contain_text("100")

    for name in ("Middle", "High"):
        page.locator("#add-part").focus()
        keyboard.press("Enter")
        expect(page.locator("#segment-menu [data-find]")).to_be_focused()
        keyboard.type(name)
        keyboard.press("Enter")
        expect(part(page, name).locator(".part-who input")).to_be_focused()

    # the order, by the arrow keys on the handle, told to screen readers
    part(page, "High").locator(".handle").focus()
    keyboard.press("ArrowUp")
    expect(page.locator("#moved")).to_have_text("High is now 1 of 2.")
    expect(part(page, "High").locator(".part-number")).to_have_text("1")
    expect(part(page, "High").locator(".handle")).to_be_focused()

    # names and shares: Tab goes on, and what is typed meanwhile stays
    part(page, "High").get_by_label("Treatment name in High").focus()
    keyboard.press("ControlOrMeta+A")
    keyboard.type("_vip")
    keyboard.press("Tab")
    expect(part(page, "High")).to_contain_text("can't start with _")
    part(page, "High").get_by_label("Treatment name in High").focus()
    keyboard.press("ControlOrMeta+A")
    keyboard.type("Early access")
    keyboard.press("Tab")
    expect(part(page, "High")).not_to_contain_text("can't start with _")

    page.locator("[data-change-of=assign_everywhere]").focus()
    keyboard.press("Enter")
    expect(page.locator("#template-menu button").first).to_be_focused()
    keyboard.press("Enter")
    expect(part(page, "High").get_by_text("HubSpot · Contact lists")).to_be_visible()
    page.locator("[data-save]").focus()
    keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Nobody is in “All remaining recipients” now")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Autumn win-back", exact=True)).to_be_visible()

    draft = draft_of(kept())
    assert [(each.name, each.groups[0].name) for each in draft.sub_audiences] == [
        ("High", "Early access"),
        ("Middle", "Middle"),
        ("All remaining recipients", "Treatment"),
    ]
    assert all(group.data_templates == (busy_office.template,) for group in draft.groups if not group.is_control)


@pytest.mark.usefixtures("segments")
def test_two_people_at_once_lose_nothing(busy_office: Office, marketer: BrowserContext) -> None:
    path = f"/t/acme/campaigns/{busy_office.campaign().pk}/edit/"
    mine, theirs = marketer.new_page(), marketer.new_page()
    for page in (mine, theirs):
        page.goto(path)
        expect(page.locator("#totals")).to_contain_text("100")
    theirs.locator("#name").fill("Theirs")
    theirs.locator("#launch-date").fill("2030-01-01")
    theirs.locator("#launch-date").press("Tab")
    expect(theirs.locator("#editor-state")).to_contain_text("Saved just now")

    mine.get_by_role("button", name="Add treatment").click()
    expect(mine.get_by_role("dialog")).to_contain_text("Campaign launch date: 2030-01-01")
    mine.get_by_role("button", name="Go on").click()
    expect(mine.locator("#launch-date")).to_have_value("2030-01-01")
    expect(mine.get_by_label("Treatment name in All remaining recipients")).to_have_count(2)

    theirs.locator("#name").fill("Theirs again")
    theirs.locator("#name").press("Tab")
    expect(theirs.get_by_role("dialog")).to_contain_text("Added the treatment")
    mine.locator("#name").fill("Mine")
    mine.locator("#name").press("Tab")
    expect(mine.get_by_role("dialog")).to_contain_text("Name: “Theirs again”")
    mine.get_by_role("button", name="Use mine").click()
    expect(mine.locator("#name")).to_have_value("Mine")
    expect(mine.get_by_role("dialog")).to_have_count(0)
