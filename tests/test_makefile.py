from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from runtime import embedded

ROOT = Path(__file__).resolve().parents[1]
TARGETS = re.findall(r"^\.PHONY: ([a-z-]+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs make on its own, without the variables of a make that runs these tests."""
    command = ["/usr/bin/env", "make", *arguments]
    environ = {"PATH": os.environ["PATH"]}
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_help_is_what_make_alone_says_and_lists_every_target() -> None:
    said = make().stdout
    assert said == make("help").stdout
    assert re.findall(r"^  make ([a-z-]+) +\S", said, re.MULTILINE) == TARGETS
    assert {"demo", "test", "test-long", "check", "bench", "chaos"} <= set(TARGETS)


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("demo",), "manage.py demo"),
        (("demo", "ONCE=1"), "manage.py demo --once"),
        (("test",), "-m pytest"),
        (("test", "T=tests/test_layout.py"), "-m pytest tests/test_layout.py -n 0"),
        (("test-long",), "-m pytest -m long"),
        (("bench", "B=delivery"), "-m pytest -m bench -n 0 -p no:randomly tests/bench/test_delivery.py"),
        (("chaos", "KILLS=200"), "MUSTER_KILLS=200 .venv/bin/python -m pytest -m chaos -n 0"),
    ],
)
def test_settings_of_a_target_reach_its_command(arguments: tuple[str, ...], command: str) -> None:
    said = make("--dry-run", "--assume-old=.venv/installed", "--assume-old=.venv/installed-dev", *arguments).stdout
    assert said.splitlines()[-1].rstrip().endswith(command)


def test_the_demo_installs_no_tools() -> None:
    said = make("--dry-run", "--always-make", "demo").stdout
    assert "installation.py requirements.txt" in said
    assert "requirements-dev.txt" not in said


def test_without_a_python_that_is_new_enough_it_says_so() -> None:
    said = make("--dry-run", "--always-make", "demo", "PYTHON=").stderr
    assert "Muster needs Python 3.11 or newer" in said
    assert "PYTHON=/path/to/python3" in said


def test_the_servers_of_this_folder_are_shown() -> None:
    embedded.provide({}, ROOT)
    environ = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
    command = [str(ROOT / ".venv/bin/python"), "-m", "runtime", "status"]
    said = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    ports = embedded.status(ROOT, {})
    assert said.split() == [word for name, port in ports.items() for word in (name, f"127.0.0.1:{port}")]


def test_the_script_of_ci_runs_every_check() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["/bin/bash", "-n", script], check=True)
    steps = re.search(r"^for step in (.*); do$", script.read_text(), re.MULTILINE)
    assert steps
    assert steps[1].split() == ["check", "test", "test-long"]
    assert set(steps[1].split()) <= set(TARGETS)
