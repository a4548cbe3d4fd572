"""A marketer builds a segment in the browser: by mouse, by keyboard, and beside a colleague."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from segments import services
from segments.models import Segment
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, Rules, Section
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from tests.cast import Cast

    Open = Callable[[str], Page]

pytestmark = [pytest.mark.long, pytest.mark.browser]


@pytest.fixture
def window(
    cast: Cast, filled: None, chromium: Browser, live_server: LiveServer, sign_in: Callable[[str], Client]
) -> Iterator[Open]:
    """A person's window, in a tenant with customers and orders. At the end, no script may have failed."""
    contexts, complaints = [], []

    def opened(person: str) -> Page:
        context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        name = django_settings.SESSION_COOKIE_NAME
        session = sign_in(person).cookies[name].value
        context.add_cookies([{"name": name, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def stored(cast: Cast) -> Segment:
    with tenant_scope(cast.acme):
        found: Segment = Segment.objects.select_related("active_version").get()
    return found


def test_a_segment_is_built_and_activated_by_mouse(cast: Cast, window: Open) -> None:
    page = window("ampiq_user")
    page.goto("/t/acme/segments/")
    page.get_by_role("button", name="Create segment").first.click()
    page.get_by_label("Name").fill("Spanish buyers")
    page.get_by_role("button", name="Create and edit").click()

    page.locator("#add-include").click()
    page.get_by_role("button", name="country").click()
    page.get_by_placeholder("Add a value").click()
    page.get_by_role("option", name="Spain").click()
    expect(page.get_by_text("Spain", exact=True)).not_to_have_count(0)
    expect(page.locator("#count-figures")).to_contain_text("3 customers")
    expect(page.locator("#words")).to_contain_text("country is in list Spain")

    page.get_by_role("button", name="Add condition").first.click()
    page.get_by_role("button", name="Total value of orders").click()
    page.get_by_label("Number", exact=True).fill("12")
    page.keyboard.press("Tab")
    expect(page.locator("#count-figures")).to_contain_text("2 customers")
    page.get_by_label("In which time").select_option("last")
    expect(page.locator("#count-figures")).to_contain_text("1 customer")
    expect(page.locator("#words")).to_contain_text("in the last 30 days")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#count-figures")).to_contain_text("2 customers")

    page.reload()
    expect(page.get_by_label("Number", exact=True)).to_have_value("12")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="View SQL").click()
    expect(page.get_by_role("dialog")).to_contain_text("SELECT")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Spanish buyers v1 is active")).to_be_visible()
    assert stored(cast).active_version.number == 1


def test_a_segment_is_built_by_keyboard_alone(cast: Cast, window: Open) -> None:
    with tenant_scope(cast.acme):
        segment = services.create_segment(name="Keys", rules=Rules(), actor=None)
    page = window("ampiq_user")
    page.goto(f"/t/acme/segments/{segment.pk}/edit/")
    focused = page.locator(":focus")

    page.locator("#add-include").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#picker-search")).to_be_focused()
    page.keyboard.type("coun")
    page.keyboard.press("Enter")
    expect(focused).to_have_attribute("aria-label", "How it is compared")
    page.keyboard.press("Tab")
    expect(page.get_by_role("option", name="Spain")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove Spain")).to_be_visible()
    expect(focused).to_have_attribute("aria-label", "Add a value")
    page.keyboard.type("Norway")
    expect(page.get_by_text("No such value in the data")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove Norway")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.get_by_role("button", name="Remove Norway")).to_have_count(0)
    expect(page.locator("#count-figures")).to_contain_text("3 customers")

    page.locator("#add-exclude").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#picker-search")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#part-exclude .condition")).to_have_count(1)
    expect(focused).to_have_attribute("aria-label", "How it is compared")
    page.keyboard.press("Escape")
    assert len(list(Rules.model_validate(stored(cast).draft_rules).exclude.conditions)) == 1


def test_the_second_of_two_people_sees_both_changes_and_chooses(cast: Cast, window: Open) -> None:
    asked = AttributeCondition(id="a", attribute="country", operator=Operator.EXACTLY, values=("Spain",))
    rules = Rules(include=Group(sections=(Section(id="s", conditions=(asked,)),)))
    with tenant_scope(cast.acme):
        segment = services.create_segment(name="Shared", rules=rules, actor=None)
    first, second = window("ampiq_user"), window("user_administration")
    for page in (first, second):
        page.goto(f"/t/acme/segments/{segment.pk}/edit/")
    first.get_by_label("Value").fill("Norway")
    first.keyboard.press("Enter")
    expect(first.locator("#saved")).to_contain_text("Saved")
    second.get_by_label("Value").fill("Peru")
    second.keyboard.press("Enter")
    dispute = second.locator(".dispute")
    expect(dispute).to_contain_text("country is exactly Norway")
    expect(dispute).to_contain_text("country is exactly Peru")
    expect(second.get_by_label("Value")).to_have_value("Norway")
    dispute.get_by_role("button", name="Use mine").click()
    expect(second.get_by_label("Value")).to_have_value("Peru")
    expect(dispute).to_have_count(0)
