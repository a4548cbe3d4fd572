from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.installation import Installation, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page

    from tests.sandbox import Sandbox


@pytest.fixture
def installation(sandbox: Sandbox, tmp_path: Path) -> Iterator[Installation]:
    """Web server and worker on what the test has put into the database before; nothing is left behind."""
    with start(sandbox, tmp_path) as running:
        yield running


@pytest.fixture
def visit(chromium: Browser, installation: Installation) -> Iterator[Callable[[str], Page]]:
    """Opens a page of the running Muster. At the end, no page may have failed or met the content policy."""
    complaints: list[str] = []
    context = chromium.new_context(
        base_url=installation.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def opened(path: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", listen)
        page.goto(path)
        return page

    yield opened
    context.close()
    assert complaints == []
