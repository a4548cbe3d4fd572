"""The processes of an installation, as `make run` starts them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from runtime import programs
from runtime.errors import SettingError
from runtime.ports import Port, is_free
from tests.runtime.test_supervisor import free_port, read_until, until

if TYPE_CHECKING:
    from tests.runtime.conftest import Project

ROOT = Path(__file__).resolve().parents[2]


def test_ports_and_sizes_come_from_the_environment() -> None:
    environ = {"WEB_PORT": "8123", "WEB_WORKERS": "5", "WORKER_CONCURRENCY": "7", "SANDBOX_PORT": "8124"}
    web, worker = programs.web(ROOT, environ), programs.worker(ROOT, environ)
    sandbox = programs.sandbox(ROOT, environ, "--contacts", "3")
    assert (web.port, sandbox.port) == (Port(8123, "WEB_PORT"), Port(8124, "SANDBOX_PORT"))
    assert "--bind 127.0.0.1:8123 --workers 5" in " ".join(web.argv)
    assert "--concurrency 7" in " ".join(worker.argv)
    assert " ".join(sandbox.argv).endswith("hubspot_sandbox --port 8124 --contacts 3")


def test_an_empty_variable_means_the_default() -> None:
    assert programs.web(ROOT, {"WEB_PORT": ""}).port == Port(8000, "WEB_PORT")


@pytest.mark.parametrize("value", ["many", "0", "-1"])
def test_a_size_that_is_no_number_is_named(value: str) -> None:
    with pytest.raises(SettingError, match=f"WEB_WORKERS is “{value}”. Set it to a whole number above 0"):
        programs.web(ROOT, {"WEB_WORKERS": value})


@pytest.mark.long  # makes an installation of its own and starts all of it
def test_web_worker_and_beat_run_together_and_end_together(known: Project) -> None:
    port = free_port()
    environ = (
        os.environ | programs.paths(ROOT) | {"MUSTER_HOME": str(known.root / ".muster"), "WEB_PORT": str(port)}
    )
    for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        environ.pop(name, None)
    manage = [sys.executable, str(ROOT / "manage.py"), "migrate", "--database", "owner"]
    subprocess.run(manage, env=environ, check=True, capture_output=True)
    run = [sys.executable, "-m", "runtime", "run"]
    with subprocess.Popen(run, env=environ, stdout=subprocess.PIPE, text=True) as supervisor:
        said = read_until(supervisor, "Booting worker", " ready.")
        until(lambda: any((known.root / ".muster").glob("beat*")))
        assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60).text == "ready"
        supervisor.terminate()
        rest = supervisor.stdout.read() if supervisor.stdout else ""
    assert "Traceback" not in said + rest
    assert supervisor.returncode == 0
    assert is_free(port)
