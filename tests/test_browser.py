from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import chromium

ROOT = Path(__file__).resolve().parents[1]


def stand_in(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with only a shell on its path, and without a browser of Playwright's."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    return tmp_path


@pytest.mark.long
@pytest.mark.parametrize("workers", ["0", "2"])
def test_without_a_browser_its_tests_are_not_run_and_that_is_said(workers: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "tests/ui/test_behaviour.py"]
    done = subprocess.run(
        command, cwd=ROOT, env=environ | {chromium.VARIABLE: ""}, capture_output=True, text=True, check=False
    )
    assert "BROWSER TESTS NOT RUN" in done.stdout
    assert re.search(r"^[1-9]\d* tests need Chromium", done.stdout, re.MULTILINE)
    assert "passed" not in done.stdout


def test_a_browser_can_be_named(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(chromium.VARIABLE, "/opt/browser")
    assert chromium.find() == "/opt/browser"


def test_a_browser_of_the_systems_is_found(bare: Path) -> None:
    browser = stand_in(bare, "chromium-browser", "exit 0")
    assert chromium.set_up() == str(browser)


def test_a_browser_that_does_not_start_is_not_used(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(bare, "chromium", "exit 1")
    monkeypatch.setattr(chromium, "_ways_to_get_one", list)
    assert chromium.set_up() is None


def test_a_missing_browser_is_installed_by_the_first_way_that_works(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = stand_in(bare, "broken", "exit 1")
    browser = bare / "chromium"
    works = stand_in(bare, "works", f"echo '#!/bin/sh' > {browser}; /bin/chmod +x {browser}")
    ways = [("the first", [str(broken)]), ("the second", [str(works)]), ("the third", ["/bin/false"])]
    monkeypatch.setattr(chromium, "_ways_to_get_one", lambda: ways)
    assert chromium.set_up() == str(browser)
    said = capsys.readouterr().err
    assert "the second" in said
    assert "the third" not in said


def test_root_falls_back_on_the_package_of_the_distribution(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(bare, "apt-get", "exit 0")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert [name for name, _command in chromium._ways_to_get_one()][-1] == "the package chromium"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert [name for name, _command in chromium._ways_to_get_one()] == ["Playwright's download"]
