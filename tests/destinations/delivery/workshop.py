"""An installation of its own, with real workers that can be killed, and servers that can be restarted.

It lives in a folder of its own and is driven from outside: this process stands for people, who press a button and
read a report, and for whatever pulls the plug.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from runtime import embedded
from tests.clerk import Clerk
from tests.sandbox import Sandbox, start_sandbox

if TYPE_CHECKING:
    from types import TracebackType

ROOT = Path(__file__).resolve().parents[3]
QUEUES = "default,engine,send"
SHORT_LEASES = {"MUSTER_DELIVERY_LEASE_SECONDS": "4", "MUSTER_DELIVERY_SLICE_ROWS": "200"}


@dataclass
class Workshop:
    """Start it as a context; `sandbox` must keep its data in a file if it is to be restarted."""

    folder: Path
    options: dict[str, str] = field(default_factory=dict)
    sandbox_options: tuple[str, ...] = ()
    steps: str = "tests.destinations.delivery.outside"
    environ: dict[str, str] = field(init=False)
    sandbox: Sandbox = field(init=False)
    worker: subprocess.Popen[bytes] = field(init=False)
    beat: subprocess.Popen[bytes] = field(init=False)
    clerk: Clerk | None = field(init=False, default=None)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start_sandbox()
        try:
            self._open()
        except BaseException:
            self._close_sandbox()
            embedded.stop(self.folder, {})
            raise
        return self

    def _open(self) -> None:
        self.environ = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
        self.start_servers()
        self.environ |= {
            "MUSTER_DATA_DIR": str(self.folder / "data"),
            "HUBSPOT_API_URL": self.sandbox.url,
            "LOG_LEVEL": "INFO",
            **self.options,
        }
        self._migrate()
        self.worker, self.beat = self.start_worker(), self.start_beat()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (self.worker, self.beat):
            _kill(process)
        self._dismiss_clerk()
        self._close_sandbox()
        embedded.stop(self.folder, {})

    # What people do

    def ask(self, what: str, **arguments: Any) -> Any:
        """One step of the module `steps`, done in the installation."""
        self.revive()
        if self.clerk is None:
            self.clerk = Clerk(self.steps, environ=self.environ, log=self.folder / "clerk.log")
        return self.clerk.ask(what, arguments)

    def _dismiss_clerk(self) -> None:
        if self.clerk is not None:
            self.clerk.dismiss()
        self.clerk = None

    def _migrate(self) -> None:
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        done = subprocess.run(command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]

    def revive(self) -> None:
        """Starts what has died, as a supervisor does: Celery gives up when it can't take back a message."""
        if self.worker.poll() is not None:
            self.worker = self.start_worker()
        if self.beat.poll() is not None:
            self.beat = self.start_beat()

    # What pulls the plug

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self._celery("worker", "-Q", QUEUES, "--concurrency", "2")

    def start_beat(self) -> subprocess.Popen[bytes]:
        return self._celery("beat", "--schedule", str(self.folder / "beat"))

    def kill_worker(self) -> None:
        """SIGKILL to the worker and everything it started, then a new one that is ready to work."""
        _kill(self.worker)
        started = self._ready_workers()
        self.worker = self.start_worker()
        until = time.monotonic() + 60
        while self._ready_workers() == started and time.monotonic() < until:
            time.sleep(0.05)

    def _ready_workers(self) -> int:
        return (self.folder / "worker.log").read_text(encoding="utf-8").count(" ready.")

    def start_servers(self) -> None:
        given: dict[str, str] = {}
        embedded.provide(given, self.folder)
        self.environ = given | self.environ

    def restart_server(self, name: str) -> None:
        """Kills the embedded server as a power cut would, and starts it again on the same port."""
        self._dismiss_clerk()
        port = embedded.status(self.folder, {})[name]
        for process in _listeners(port):
            os.kill(process, signal.SIGKILL)
        until = time.monotonic() + 30
        while embedded.status(self.folder, {})[name] and time.monotonic() < until:
            time.sleep(0.05)
        self.start_servers()

    def start_sandbox(self) -> None:
        data = ("--data", str(self.folder / "hubspot.db"))
        self.sandbox = start_sandbox(*data, *self.sandbox_options)

    def restart_sandbox(self) -> None:
        port = self.sandbox.url.rpartition(":")[2]
        self._close_sandbox()
        self.sandbox_options = ("--port", port, *self.sandbox_options)
        self.start_sandbox()

    def _close_sandbox(self) -> None:
        self.sandbox.session.close()
        self.sandbox.kill()
        assert self.sandbox.process.stdout is not None
        self.sandbox.process.stdout.close()

    def _celery(self, *command: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{command[0]}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", *command],
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        """It had ended by itself."""
    process.wait()


def _listeners(port: int | None) -> list[int]:
    """Processes that listen on a port of this machine."""
    wanted = f":{port:04X}"
    inodes = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        if line.split()[1].endswith(wanted) and line.split()[3] == "0A"
    }
    return [int(process.name) for process in Path("/proc").glob("[0-9]*") if _sockets(process) & inodes]


def _sockets(process: Path) -> set[str]:
    try:
        links = [str(handle.readlink()) for handle in (process / "fd").iterdir()]
    except OSError:
        return set()
    return {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}
