"""The page of all components in a real browser, under its real policy, by mouse and by keyboard."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import expect

from ui import csp, showcase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

ADDRESS = "http://muster.test/"
SHELL = {"notifications_url": "/notifications/", "unread_count": 2}
POLLED = """
<p id="polled" hx-get="/polled/" hx-trigger="every 100ms" hx-swap="outerHTML"><button>Stop it</button></p>
"""
NAMED = POLLED.replace("polled", "named").replace("<button>", '<button id="stop">')
PIECES = {"/polled/": POLLED, "/named/": NAMED}
SIGN_IN = '<!doctype html><html data-shell="plain"><body>Sign in</body></html>'


def answer(route: Route) -> None:
    """The whole site: the page, the static files, and a few answers that go wrong."""
    path = urlsplit(route.request.url).path
    if path.startswith("/static/"):
        file = Path(str(finders.find(path.removeprefix("/static/"))))
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0] or "")
    elif path == "/":
        request = RequestFactory().get("/", headers={"cookie": route.request.headers.get("cookie", "")})
        page = render_to_string("ui/showcase/page.html", {**showcase.context(), **SHELL}, request=request)
        route.fulfill(body=page, content_type="text/html", headers={csp.HEADER: csp.policy()})
    elif path == "/broken/":
        route.fulfill(status=500, headers={"X-Request-Id": "3f9c1e72a4b0"})
    elif path == "/sign-in/":
        route.fulfill(body=SIGN_IN, content_type="text/html")
    elif path == "/saved/":
        route.fulfill(body="", headers={"HX-Trigger": '{"toast": {"text": "Saved.", "tone": "good"}}'})
    elif path == "/notifications/":
        route.fulfill(body="<p>Autumn win-back was sent.</p>", content_type="text/html")
    elif path in PIECES:
        route.fulfill(body=PIECES[path], content_type="text/html")
    else:
        route.fulfill(status=404)


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the page; at the end of the test, nothing may have been refused by the policy or have failed."""
    complaints: list[str] = []
    contexts = []

    def opened(width: int = 1280, *, scripts: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", answer)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
        )
        page.goto(ADDRESS)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def ask(page: Page, path: str) -> None:
    """Sends an htmx request as a button on the page would."""
    page.evaluate("path => htmx.ajax('GET', path, { target: '#content', swap: 'none' })", path)


def test_nothing_but_wide_data_scrolls_sideways(open_page: Callable[..., Page]) -> None:
    page = open_page()
    for width in (1440, 900, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


CONTROLS = "button, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio]), .tabs a, .side-link"


def test_every_control_has_a_name_and_28_pixels(open_page: Callable[..., Page]) -> None:
    poor = open_page().evaluate(
        """(controls) => [...document.querySelectorAll(controls)]
          .filter((each) => each.checkVisibility())
          .filter((each) => {
            const { width, height } = each.getBoundingClientRect();
            const name = each.labels?.length || each.ariaLabel || each.textContent.trim();
            return Math.min(width, height) < 28 || !name;
          })
          .map((each) => each.outerHTML)""",
        CONTROLS,
    )
    assert poor == []


def test_the_drawer_opens_on_a_phone_without_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page(390, scripts=False)
    expect(page.locator("#navigation")).to_be_hidden()
    page.get_by_role("button", name="Navigation").click()
    expect(page.locator("#navigation")).to_be_visible()


def test_actions_move_to_the_foot_of_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(390)
    box = page.locator(".page-actions").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == 900


def test_a_chosen_theme_holds_at_once_and_on_the_next_page(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.locator(".who").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_dialog_opens_closes_and_gives_the_focus_back(open_page: Callable[..., Page]) -> None:
    page = open_page()
    button = page.get_by_role("button", name="Open a dialog")
    button.click()
    expect(page.get_by_role("dialog", name="Test this campaign")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Test this campaign")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_menu_is_walked_with_the_arrow_keys(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.get_by_role("button", name="Early access: more").press("Enter")
    expect(page.get_by_role("link", name="Edit attributes")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#menu-1").get_by_role("button", name="Delete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#menu-1")).to_be_hidden()


def test_a_tip_explains_on_focus(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.get_by_role("button", name="What is this?").focus()
    expect(page.get_by_role("tooltip")).to_be_visible()


def test_a_chip_is_added_and_removed_by_keyboard_and_the_form_knows(open_page: Callable[..., Page]) -> None:
    page = open_page()
    chosen = "[...document.getElementById('id_exclude').selectedOptions].map((each) => each.text)"
    field = page.locator("#id_exclude_search")
    field.press_sequentially("high")
    field.press("ArrowDown")
    field.press("Enter")
    assert page.evaluate(chosen) == ["High value", "Newsletter readers"]
    field.press("Escape")
    field.press("Backspace")
    assert page.evaluate(chosen) == ["High value"]


def test_a_chip_select_says_when_nothing_is_called_so(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.locator("#id_exclude_search").fill("zzz")
    expect(page.get_by_text("Nothing is called “zzz”.")).to_be_visible()


def test_the_bell_fetches_the_notifications(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.get_by_role("button", name="Notifications 2 unread").click()
    expect(page.get_by_text("Autumn win-back was sent.")).to_be_visible()


def test_a_request_that_fails_is_said_with_its_reference(open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, "/broken/")
    expect(page.locator(".toast")).to_contain_text("Reference: 3f9c1e72a4b0.")


def test_a_session_that_ended_is_said_and_the_page_stays(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.evaluate("htmx.ajax('GET', '/sign-in/', { target: '#content', swap: 'innerHTML' })")
    expect(page.locator(".toast")).to_contain_text("You are signed out.")
    expect(page.get_by_role("heading", name="Components")).to_be_visible()


def test_an_answer_may_send_a_toast_and_a_person_may_dismiss_it(open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, "/saved/")
    expect(page.locator(".toast")).to_contain_text("Saved.")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".toast")).to_have_count(0)


def test_a_piece_that_fetches_itself_keeps_the_click_and_the_focus(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.evaluate(
        """(piece) => {
            document.querySelector("main").insertAdjacentHTML("afterbegin", piece);
            htmx.process(document.getElementById("polled"));
            addEventListener("click", ({ target }) => { document.body.dataset.clicked = target.textContent; });
        }""",
        POLLED,
    )
    piece = page.locator("#polled")
    piece.get_by_role("button").hover()
    page.mouse.down()
    piece.evaluate("(piece) => { piece.dataset.pressed = 'yes'; }")
    for _ in range(2):
        with page.expect_response("**/polled/"):
            pass
    expect(piece).to_have_attribute("data-pressed", "yes")
    page.mouse.up()
    expect(page.locator("body")).to_have_attribute("data-clicked", "Stop it")
    expect(piece).not_to_have_attribute("data-pressed", "yes")
    expect(page.locator(":focus")).to_have_text("Stop it")
    # Where htmx gave the focus back by its id, and somebody then left it, nothing takes it again.
    page.evaluate(
        """(piece) => {
            document.getElementById("polled").remove();
            document.querySelector("main").insertAdjacentHTML("afterbegin", piece);
            htmx.process(document.getElementById("named"));
            document.getElementById("stop").focus();
            addEventListener("htmx:load", () => document.activeElement.blur(), { once: true });
        }""",
        NAMED,
    )
    for _ in range(3):
        with page.expect_response("**/named/"):
            pass
    expect(page.locator(":focus")).to_have_count(0)
