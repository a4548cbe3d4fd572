"""What a marketer does for the pictures of the user guide; on the same demo again it opens what it made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAME = "Spring collection"
AUDIENCE, PART = "Lapsed 90 days", "High value"


def open_campaign(page: Page) -> None:
    """A campaign with two sub-audiences and three treatments, in its editor, counted."""
    made = page.get_by_role("link", name=NAME, exact=True)
    if made.count():
        made.first.click()
        page.get_by_role("link", name="Edit", exact=True).click()
    else:
        _make(page)
    page.wait_for_load_state("networkidle")
    page.locator("[data-editor]:not([data-counting])").wait_for()
    page.evaluate("scrollTo(0, 0)")


def _make(page: Page) -> None:
    page.goto(f"{page.url}new/")
    page.get_by_label("Campaign name").fill(NAME)
    page.get_by_role("button", name="Create campaign").click()
    for name in (AUDIENCE, PART):
        page.get_by_role("combobox", name="Include").click()
        page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Add sub-audience").click()
    page.locator("#segment-menu").get_by_role("button", name=PART).press("Enter")
    page.locator(".part:not(.remaining)").get_by_role("button", name="Add treatment").click()
    page.get_by_role("button", name="Destination for all").click()
    page.locator("#template-menu button").first.press("Enter")
    page.get_by_label("Recurring").check()
