"""A real browser for tests: the system's Chromium where there is one, else the one Playwright downloaded."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of a process; each test opens contexts of its own."""
    found = next(filter(None, map(shutil.which, SYSTEM_NAMES)), None)
    with sync_playwright() as playwright:
        # As root, which CI is, Chromium runs without its sandbox or not at all.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
