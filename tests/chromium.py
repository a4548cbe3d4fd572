"""Finds or installs a Chromium for the browser tests: `python -m tests.chromium` prints its path.

In this order: MUSTER_CHROMIUM, the system's browser, Playwright's, Playwright's download, and as root the
distribution's package. Prints nothing when none is available.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

VARIABLE = "MUSTER_CHROMIUM"
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS_TO_START = 60


def find() -> str | None:
    """The path of the browser to test with, if this machine has one."""
    if VARIABLE in os.environ:
        return os.environ[VARIABLE] or None
    return next(filter(None, map(shutil.which, SYSTEM_NAMES)), None) or _playwrights_own()


def set_up() -> str | None:
    """The path of a browser that starts; downloads or installs one if there is none."""
    if _starts(found := find()):
        return found
    for name, command in _ways_to_get_one():
        sys.stderr.write(f"No Chromium that starts; trying {name}\n")
        if _succeeds(command) and _starts(found := find()):
            return found
    return None


def _ways_to_get_one() -> list[tuple[str, Sequence[str]]]:
    ways: list[tuple[str, Sequence[str]]] = [
        ("Playwright's download", [sys.executable, "-m", "playwright", "install", "chromium"])
    ]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        ways += [
            ("the package lists", ["apt-get", "update", "--quiet"]),
            ("the package chromium", ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]),
        ]
    return ways


def _playwrights_own() -> str | None:
    """Asked in a separate process: Playwright refuses to start twice in one."""
    program = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    path = asked.stdout.strip()
    return path if path and Path(path).exists() else None


def _starts(browser: str | None) -> bool:
    """Whether it renders a page: some lack a library, or are only a stub that asks for a snap."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "about:blank"]
    return browser is not None and _succeeds([browser, *options])


def _succeeds(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=600).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    sys.stdout.write(set_up() or "")
