"""What people do for the pictures of segments and queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEGMENT, AUDIENCE, QUERY = "Large baskets on the continent", "Win back first", "Customers by country"


def edit_segment(page: Page) -> None:
    """A draft in the Segment Editor, counted."""
    page.get_by_role("link", name=SEGMENT, exact=True).click()
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.locator("#count-figures .figure")).to_be_visible()


def choose_condition(page: Page) -> None:
    """The same, with what can be asked of purchases."""
    edit_segment(page)
    page.get_by_role("button", name="Add condition").first.click()
    page.locator("#picker-search").fill("orders")
    expect(page.get_by_role("button", name="Most frequent purchase")).to_be_visible()
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")


def see_insights(page: Page) -> None:
    """A segment's key figures and charts."""
    page.get_by_role("link", name=AUDIENCE, exact=True).first.click()
    page.get_by_role("link", name="Insights", exact=True).click()
    expect(page.locator(".breakdowns")).to_be_visible()
    expect(page.locator(".key-figures")).to_be_visible()


def run_query(page: Page) -> None:
    """A query with its result under it."""
    page.get_by_role("link", name=QUERY, exact=True).click()
    with page.expect_response("**/queries/run/"):
        page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#result table")).to_be_visible(timeout=60_000)
    page.locator("#id_sql").blur()
