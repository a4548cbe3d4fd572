"""`make demo ONCE=1` as a person runs it: processes, HTTP, a first send, the check, nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime import embedded
from runtime.ports import choose

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300

pytestmark = pytest.mark.long


def demo(home: Path) -> subprocess.CompletedProcess[str]:
    web = choose(home / "web")  # the embedded servers take what `choose(home)` gives
    environment = {
        "PATH": os.environ["PATH"],
        "MUSTER_HOME": str(home),
        "WEB_PORT": str(web),
        "SANDBOX_PORT": str(choose(home / "sandbox", {web})),
    }
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "demo", "--once"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_the_demo_delivers_what_was_meant_and_a_second_one_sends_nothing_again(tmp_path: Path) -> None:
    try:
        first, second = demo(tmp_path), demo(tmp_path)
        left_running = [port for port in embedded.status(ROOT, {"MUSTER_HOME": str(tmp_path)}).values() if port]
    finally:
        embedded.stop(ROOT, {"MUSTER_HOME": str(tmp_path)})
    assert first.returncode == 0, first.stdout + first.stderr
    assert "demo: ok" in first.stdout
    assert "Sending “Autumn win-back”" in first.stdout
    assert second.returncode == 0, second.stdout + second.stderr
    assert "demo: ok" in second.stdout
    assert "Sending “Autumn win-back”" not in second.stdout
    assert not left_running
