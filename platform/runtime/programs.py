"""The processes that serve Muster, as a supervisor runs them; `docker/compose.yaml` runs the same ones."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from runtime.children import Child
from runtime.errors import SettingError
from runtime.ports import HOST, Port

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

QUEUES = ("engine", "send", "default")


def paths(root: Path) -> dict[str, str]:
    """The environment in which Python finds both source roots."""
    return {"PYTHONPATH": os.pathsep.join((str(root), str(root / "platform")))}


def web(root: Path, environ: Mapping[str, str]) -> Child:
    """gunicorn on WEB_PORT (8000), with WEB_WORKERS (2) processes of four threads."""
    port = Port(_number(environ, "WEB_PORT", 8000), "WEB_PORT")
    options = [
        "--bind",
        f"{HOST}:{port.number}",
        "--workers",
        str(_number(environ, "WEB_WORKERS", 2)),
        "--threads",
        "4",
        "--graceful-timeout",
        "5",
        "--no-control-socket",
    ]
    return Child("web", [*_module("gunicorn"), "config.wsgi", *options], paths(root), port)


def worker(root: Path, environ: Mapping[str, str]) -> Child:
    """One Celery worker for all queues, with WORKER_CONCURRENCY (4) processes."""
    concurrency = str(_number(environ, "WORKER_CONCURRENCY", 4))
    options = ["--queues", ",".join(QUEUES), "--concurrency", concurrency, "--without-gossip", "--without-mingle"]
    # Celery warns root at each start, and in a container root is expected.
    quiet = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
    return Child(
        "worker", [*_module("celery"), "--quiet", "-A", "config", "worker", *options], paths(root) | quiet
    )


def beat(root: Path, home: Path) -> Child:
    """Celery beat, which stores in `home` when it last ran."""
    options = ["--schedule", str(home / "beat"), "--pidfile="]
    return Child("beat", [*_module("celery"), "--quiet", "-A", "config", "beat", *options], paths(root))


def sandbox(root: Path, environ: Mapping[str, str], *options: str) -> Child:
    """The local HubSpot on SANDBOX_PORT (8092), with further `options` of `manage.py hubspot_sandbox`."""
    port = Port(_number(environ, "SANDBOX_PORT", 8092), "SANDBOX_PORT")
    command = [sys.executable, str(root / "manage.py"), "hubspot_sandbox", "--port", str(port.number), *options]
    return Child("sandbox", command, paths(root), port)


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isdecimal() or not int(value):
        raise SettingError(name, value)
    return int(value)


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]
