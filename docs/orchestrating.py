"""What an analyst does for the pictures of the user guide: each function brings a page to where it is taken.

They run in this order, and again on the same demo: what the first run made is opened by the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

WEEKLY, BOTH = "Win-back list", "Audience for the newsletter"
LAPSED, EVERYBODY = "Lapsed high value customers", "HubSpot audience"


def show_orchestrations(page: Page) -> None:
    """One by a schedule, and one of two queries by hand that has run."""
    here = page.url
    if not page.get_by_role("link", name=BOTH, exact=True).count():
        page.goto(f"{here}new/")
        _choose(page, BOTH, LAPSED, EVERYBODY)
        _save(page)
        _run(page)
        page.goto(f"{here}new/")
        _plan_weekly(page)
        _save(page)
        _run(page)
        _run(page)
        page.goto(here)
    page.wait_for_load_state("networkidle")


def plan(page: Page) -> None:
    """The editor with a schedule and its next times, not saved."""
    page.goto(f"{page.url}new/")
    _plan_weekly(page)
    page.get_by_text("Next", exact=False).last.wait_for()
    page.wait_for_load_state("networkidle")
    page.locator("section:has(#step-workflow)").evaluate("found => found.scrollIntoView({block: 'end'})")


def open_history(page: Page) -> None:
    show_orchestrations(page)
    page.get_by_role("link", name=WEEKLY, exact=True).click()
    page.wait_for_load_state("networkidle")


def open_pane(page: Page) -> None:
    page.get_by_role("button", name="Notifications").click()
    page.locator("#pane li").first.wait_for()
    page.wait_for_load_state("networkidle")


def choose_alert(page: Page) -> None:
    page.get_by_label("What").select_option(label="HubSpot")
    page.get_by_label("Also by e-mail").check(force=True)


def _plan_weekly(page: Page) -> None:
    _choose(page, WEEKLY, LAPSED)
    page.locator("label:has([name=workflow][value=scheduled])").click()
    page.locator("label:has([name=schedule-kind][value=weekly])").click()


def _choose(page: Page, name: str, *queries: str) -> None:
    page.locator("input[name=name]").fill(name)
    for query in queries:
        page.locator(".for-query").get_by_role("combobox").fill(query)
        page.get_by_role("option", name=query).click()
    page.locator("select[name=destination]").select_option(label="HubSpot")
    page.locator("select[name=data_template]").select_option(label="Contact lists")
    page.locator("input[name=list_name]").fill("Muster {{ orchestration_name }}: {{ object_name }}")


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state("networkidle")


def _run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator(".head .run-status").get_by_text("Completed", exact=False).wait_for(timeout=60_000)


PICTURES = (
    ("orchestrations", "orchestrations/", None, show_orchestrations),
    ("orchestration-schedule", "orchestrations/", None, plan),
    ("orchestration-history", "orchestrations/", None, open_history),
    ("notifications", "orchestrations/", None, open_pane),
    ("alert", "notifications/alerts/new/delivery/", None, choose_alert),
    ("destinations", "destinations/", r"/destinations/\d+/$", None),
    ("delivery", "deliveries/", r"/deliveries/\d+/$", None),
)
