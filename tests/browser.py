"""The browser of the browser tests. Without one they are deselected, and the summary says so."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.chromium import VARIABLE, find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

NOT_RUN = pytest.StashKey[int]()
SECONDS_TO_SEE = 30  # the most that a busy machine may need; waits end as soon as they can


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of a process; each test opens its own contexts."""
    # Playwright keeps an event loop in this thread, which Django mistakes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=SECONDS_TO_SEE * 1000)
    with sync_playwright() as playwright:
        # As root, as in CI, Chromium only runs without its sandbox.
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        yield browser
        browser.close()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NOT_RUN] = 0


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Mark the tests that need a browser; without one, deselect those that would have run."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    yield
    needy = [item for item in items if item.get_closest_marker("browser")]
    if needy and find() is None:
        items[:] = [item for item in items if item not in needy]
        config.hook.pytest_deselected(items=needy)
        config.stash[NOT_RUN] = len(needy)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """An xdist worker reports to the process that prints."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["browser tests not run"] = session.config.stash[NOT_RUN]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    output = getattr(node, "workeroutput", {})
    node.config.stash[NOT_RUN] = max(node.config.stash[NOT_RUN], output.get("browser tests not run", 0))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if count := config.stash[NOT_RUN]:
        terminalreporter.section("BROWSER TESTS NOT RUN", red=True, bold=True)
        terminalreporter.line(
            f"{count} tests need Chromium, and none that starts was found or could be installed."
        )
        terminalreporter.line(f"Install one (apt-get install chromium) or name it: {VARIABLE}=/path make test")
