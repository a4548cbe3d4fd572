"""What an operator does for the pictures of data: looks at a table, builds one, brings a file in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

TABLE, QUERY = "Customer360", "Lapsed high value customers"
FILE = (
    "member_no;email;prénom;joined;points\n"
    "M-1001;ada@example.com;Ada;03/11/2026;420\n"
    "M-1002;bo@example.com;Bo;04/11/2026;85\n"
    "M-1003;nobody;Cy;;0\n"
)


def open_table(page: Page) -> None:
    page.get_by_role("link", name=TABLE, exact=True).click()
    page.locator(".explored meter").first.wait_for()


def choose_query(page: Page) -> None:
    page.get_by_role("link", name=f"Use as a table {QUERY}").click()
    page.wait_for_load_state("networkidle")


def confirm_import(page: Page) -> None:
    """A file of a loyalty programme as it is found out, before anything is imported."""
    file = {"name": "loyalty members.csv", "mimeType": "text/csv", "buffer": FILE.encode("cp1252")}
    page.get_by_label("CSV or Parquet file").set_input_files(file)  # type: ignore[arg-type]  # a file's payload
    page.get_by_role("button", name="Upload", exact=True).click()
    page.get_by_role("button", name="Start import").wait_for()
    page.evaluate("scrollTo(0, 0)")


PICTURES: tuple[tuple[str, str, Callable[[Page], None] | None], ...] = (
    ("explorer", "tables/", open_table),
    ("new-table", "tables/derived/new/", choose_query),
    ("import", "imports/new/", confirm_import),
)
