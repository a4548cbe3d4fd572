"""An operator brings a file in by browser: upload, what was found, a repair, the report, and the table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from customer360.imports.services import run_import
from customer360.models import Import
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.test import Client
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from tests.cast import Cast

pytestmark = pytest.mark.long


@pytest.fixture
def page(
    cast: Cast, chromium: Browser, live_server: LiveServer, sign_in: Callable[[str], Client]
) -> Iterator[Page]:
    """The operator's window."""
    context = chromium.new_context(base_url=live_server.url)
    name = django_settings.SESSION_COOKIE_NAME
    session = sign_in("datagrid_operator").cookies[name].value
    context.add_cookies([{"name": name, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def work_off(cast: Cast) -> None:
    """What the worker does."""
    with tenant_scope(cast.acme):
        run_import(import_id=Import.objects.latest("pk").pk)


def test_from_a_file_on_the_desk_to_a_table(cast: Cast, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "spring people.csv"
    file.write_bytes("id;email;prénom\n1;ada@example.com;Zoë\n2;nobody;Bo\n;x@example.com;Cy\n".encode("cp1252"))
    page.goto("/t/acme/tables/")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("CSV or Parquet file").set_input_files(tmp_path / "spring people.csv")
    page.get_by_role("button", name="Upload", exact=True).click()

    expect(page).to_have_url(re.compile(r"/imports/\d+/$"))
    expect(page.get_by_label("Delimiter")).to_have_value(";")
    expect(page.get_by_role("cell", name="Zoë", exact=True)).to_be_visible()
    expect(page.get_by_label("Name of the new table")).to_have_value("spring_people")
    page.get_by_label("Name of the new table").fill("Spring")
    page.get_by_label("Key", exact=True).select_option("id")
    page.get_by_label("Name prénom").fill("first_name")
    page.get_by_label("Personal data prénom").check()
    page.get_by_role("button", name="Start import").click()

    expect(page.locator("#state")).to_contain_text("Waiting to start…")
    work_off(cast)
    expect(page.get_by_text("Rows imported")).to_be_visible()
    expect(page.get_by_role("cell", name="The row has no key.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("rejects-")
    page.get_by_role("link", name="Open Spring").click()
    expect(page.get_by_role("heading", name="Spring", exact=True)).to_be_visible()
    expect(page.get_by_text("first_name").first).to_be_visible()

    page.get_by_role("link", name="Edit meaning").click()
    page.get_by_label("Meaning first_name").select_option("given-name")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("Given name")).to_be_visible()
