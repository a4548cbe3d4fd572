"""The processes that serve Muster, as a supervisor runs them; `docker/compose.yaml` runs the same ones."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from runtime.children import Child
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
    port = Port(int(environ.get("WEB_PORT") or 8000), "WEB_PORT")
    workers = environ.get("WEB_WORKERS") or "2"
    options = [
        "--bind",
        f"{HOST}:{port.number}",
        "--workers",
        workers,
        "--threads",
        "4",
        "--graceful-timeout",
        "5",
    ]
    return Child("web", [*_module("gunicorn"), "config.wsgi", *options], paths(root), port)


def worker(root: Path, environ: Mapping[str, str]) -> Child:
    """One Celery worker for all queues, with WORKER_CONCURRENCY (4) processes."""
    concurrency = environ.get("WORKER_CONCURRENCY") or "4"
    options = ["--queues", ",".join(QUEUES), "--concurrency", concurrency, "--without-gossip", "--without-mingle"]
    # Only root hears this, at each start, and a container's root is who it is.
    quiet = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
    return Child(
        "worker", [*_module("celery"), "--quiet", "-A", "config", "worker", *options], paths(root) | quiet
    )


def beat(root: Path, home: Path) -> Child:
    """Celery beat, which keeps when it last ran in `home`."""
    options = ["--schedule", str(home / "beat"), "--pidfile="]
    return Child("beat", [*_module("celery"), "--quiet", "-A", "config", "beat", *options], paths(root))


def sandbox(root: Path, environ: Mapping[str, str], *options: str) -> Child:
    """The local HubSpot on SANDBOX_PORT (8092), with further `options` of `manage.py hubspot_sandbox`."""
    port = Port(int(environ.get("SANDBOX_PORT") or 8092), "SANDBOX_PORT")
    command = [sys.executable, str(root / "manage.py"), "hubspot_sandbox", "--port", str(port.number), *options]
    return Child("sandbox", command, paths(root), port)


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]
