"""A marketer builds a segment in the browser: by mouse, by keyboard, and beside a colleague."""

from __future__ import annotations

import re
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
    from playwright.sync_api import Browser, Locator, Page, Route
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
    page.get_by_role("button", name="Redo").click()
    expect(page.locator("#words")).to_contain_text("in the last 30 days")
    drag_while_undoing(
        page, page.get_by_role("button", name="Move Orders:"), page.locator("#part-exclude > .body")
    )
    expect(page.locator("#part-exclude .condition")).to_have_count(1)
    expect(page.locator("#words")).not_to_contain_text("in the last 30 days")
    expect(page.locator("#count-figures")).to_contain_text("1 customer")
    page.get_by_role("button", name="Move Orders:").drag_to(
        page.get_by_role("group", name="country"), target_position={"x": 60, "y": 3}
    )
    expect(page.locator("#part-include .condition b").first).to_have_text("Orders")
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


def drag_while_undoing(page: Page, handle: Locator, target: Locator) -> None:
    """The answer to Undo comes while the handle is held, and is shown when it is let go."""
    before, answers = page.locator("#words").inner_text(), HeldAnswers(page, "**/undo/")
    page.get_by_role("button", name="Undo").click()
    handle.hover()
    page.mouse.down()
    with page.expect_response("**/undo/"):
        answers.let_go()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert page.locator("#words").inner_text() == before
    for x in (40, 20):  # one move begins a drag, the next goes somewhere
        target.hover(position={"x": x, "y": 20})
    page.mouse.up()


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
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("All of these are chosen.")).to_be_visible()
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
    page.locator("#part-exclude").get_by_role("button", name=re.compile("^Move .*arrow keys")).last.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#part-include .condition")).to_have_count(2)
    expect(focused).to_have_attribute("aria-label", re.compile("^Move id"))
    page.keyboard.press("Control+z")
    expect(page.locator("#part-exclude .condition")).to_have_count(1)
    page.keyboard.press("Control+y")
    expect(page.locator("#part-include .condition")).to_have_count(2)
    page.get_by_role("button", name="More for id").focus()
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Include, a new section").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#part-include .rule-section")).to_have_count(2)


class HeldAnswers:
    """A server that answers nothing until it is let go."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.held: list[Route] = []
        self.is_open = False
        page.route(pattern, self.meet)

    def meet(self, route: Route) -> None:
        if self.is_open:
            route.continue_()
        else:
            self.held.append(route)

    def let_go(self) -> None:
        self.is_open = True
        for route in self.held:
            route.continue_()


def test_what_is_typed_before_the_server_answers_is_kept(cast: Cast, window: Open) -> None:
    asked = AttributeCondition(id="a", attribute="country", operator=Operator.IN_LIST, values=("Spain",))
    rules = Rules(include=Group(sections=(Section(id="s", conditions=(asked,)),)))
    with tenant_scope(cast.acme):
        segment = services.create_segment(name="Fast", rules=rules, actor=None)
    page = window("ampiq_user")
    offer, answers = HeldAnswers(page, "**/edit/choices/"), HeldAnswers(page, "**/edit/conditions/**")
    page.goto(f"/t/acme/segments/{segment.pk}/edit/")
    page.get_by_label("Add a value").focus()
    for key in (*"Norway", "Enter", "Backspace", *"Chile", "Enter"):
        page.keyboard.press(key)
    page.locator("#add-exclude").focus()
    for key in ("Enter", *"email", "Enter"):
        page.keyboard.press(key)
    offer.let_go()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Add a value").focus()
    page.keyboard.type("Per")
    answers.let_go()
    expect(page.locator("#part-exclude .condition")).to_have_count(1)
    page.get_by_label("Add a value").focus()
    page.keyboard.type("u")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Remove Peru")).to_be_visible()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    kept = Rules.model_validate(stored(cast).draft_rules)
    (include,), (exclude,) = kept.include.conditions, kept.exclude.conditions
    assert isinstance(include, AttributeCondition)
    assert isinstance(exclude, AttributeCondition)
    assert (include.values, exclude.attribute) == (("Spain", "Chile", "Peru"), "email")


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
    expect(first.get_by_text("Saved", exact=True)).to_be_visible()
    second.get_by_label("Value").fill("Peru")
    second.keyboard.press("Enter")
    dispute = second.locator(".dispute")
    expect(dispute).to_contain_text("country is exactly Norway")
    expect(dispute).to_contain_text("country is exactly Peru")
    expect(second.get_by_label("Value")).to_have_value("Norway")
    dispute.get_by_role("button", name="Use mine").click()
    expect(second.get_by_label("Value")).to_have_value("Peru")
    expect(dispute).to_have_count(0)
