"""What an operator does for the pictures of the operator guide: each function brings a page to where it is taken.

They run in this order, and again on the same demo: what the first run made is opened by the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

CREDENTIAL = "Marketing account"
ORCHESTRATION = "Lapsed customers each week"


def choose_plugin(page: Page) -> None:
    page.get_by_placeholder("Start typing").fill("hub")


def generate_link(page: Page) -> None:
    """A credential by OAuth, added when it is missing, and its page with a fresh link."""
    found = page.get_by_role("link", name=CREDENTIAL, exact=True)
    if found.count():
        found.first.click()
    else:
        page.goto(f"{page.url.split('?')[0]}add/")
        page.get_by_label("Name").fill(CREDENTIAL)
        page.get_by_label("Description").fill("The marketing team's HubSpot")
        page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="authorization URL").click()
    page.wait_for_load_state("networkidle")


def ask_for_consent(page: Page) -> None:
    generate_link(page)
    page.goto(page.get_by_label("Authorization URL").input_value())


def grant(page: Page) -> None:
    ask_for_consent(page)
    page.get_by_role("button", name="Connect app").click()
    page.wait_for_load_state("networkidle")


def open_connected(page: Page) -> None:
    page.get_by_role("link", name=CREDENTIAL, exact=True).click()
    page.locator("#connection").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")


def show_standing(page: Page) -> None:
    page.locator("#standing").evaluate("found => found.scrollIntoView()")


def fill_in_template(page: Page) -> None:
    page.get_by_role("link", name="HubSpot").last.click()
    page.get_by_label("Name", exact=False).first.fill("Win-back lists")
    page.get_by_label("Available to campaigns").check(force=True)
    page.get_by_role("button", name="Put them in").first.click()
    page.locator("#id_list_name").evaluate("found => found.scrollIntoView({block: 'center'})")


def map_columns(page: Page) -> None:
    fill_in_template(page)
    for number, (column, prop) in enumerate((("given_name", "firstname"), ("country", "hs_lead_status")), start=1):
        row = page.locator("tbody [data-row]").nth(number)
        row.get_by_label("Column", exact=True).select_option(column)
        row.get_by_label("Property").select_option(prop)
    page.get_by_text("would be held back").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.locator("[data-mapping]").evaluate("found => found.scrollIntoView({block: 'center'})")


def schedule(page: Page) -> None:
    """The list of schedules; with an orchestration that runs each Monday, added when there is none."""
    here = page.url
    if not page.get_by_role("link", name=ORCHESTRATION).count():
        page.goto(f"{here.split('/admin/')[0]}/orchestrations/new/")
        page.locator("input[name=name]").fill(ORCHESTRATION)
        page.get_by_placeholder("Add a query…").fill("Lapsed high")
        page.get_by_role("option", name="Lapsed high value customers").click()
        page.locator("select[name=destination]").select_option(label="HubSpot")
        page.locator("select[name=data_template]").select_option(label="Contact lists")
        page.locator("input[name=list_name]").fill("{{ object_name }}")
        page.locator("[name=workflow][value=scheduled]").check(force=True)
        page.locator("[name=schedule-kind][value=weekly]").check(force=True)
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("heading", name=ORCHESTRATION).wait_for()
        page.goto(here, wait_until="networkidle")


def open_schedule(page: Page) -> None:
    page.get_by_role("link", name=ORCHESTRATION).click()
    page.wait_for_load_state("networkidle")


def alert_somebody(page: Page) -> None:
    """Who is alerted; with one who hears of everything that goes wrong, added when nobody does."""
    if page.get_by_text("Nothing here yet").count():
        page.goto(f"{page.url}add/")
        for name, choice in (("member", "Max Marketer"), ("about", "All deliveries")):
            page.locator(f"select[name={name}]").select_option(label=choice, force=True)
        page.get_by_label("Credential needs attention").uncheck()
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_load_state("networkidle")


PICTURES = (
    ("overview", "", None, None),
    ("catalogue", "destinations/destination/add/", None, choose_plugin),
    ("link", "destinations/credential/", None, generate_link),
    ("consent", "destinations/credential/", None, ask_for_consent),
    ("granted", "destinations/credential/", None, grant),
    ("credential", "destinations/credential/", None, open_connected),
    ("destination", "destinations/destination/", r"/destination/\d+/change/$", show_standing),
    ("template", "destinations/datatemplate/add/", None, fill_in_template),
    ("mapping", "destinations/datatemplate/add/", None, map_columns),
    ("schedules", "destinations/orchestration/", None, schedule),
    ("schedule", "destinations/orchestration/", None, open_schedule),
    ("alerts", "notifications/alertsubscription/", None, alert_somebody),
)
# Pictures that the guide also shows dark and on a phone.
IN_EVERY_LOOK = frozenset({"overview"})
