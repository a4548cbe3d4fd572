"""The folder of an installation's embedded servers: passwords, ports, lock, and where the data lies."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
import stat
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.account import Account
from runtime.errors import HomeError
from runtime.files import make_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Others may pass through a folder made by root (its servers run as somebody else), but not list it.
ROOT_MODE, USER_MODE = 0o711, 0o700
# Used when the servers' account can't reach the project; survives a restart, unlike /tmp.
SHARED = Path("/var/tmp")  # noqa: S108 - the folder below is ours alone, which `_make_own` checks


@dataclass(frozen=True)
class Passwords:
    """One generated password per role."""

    superuser: str
    owner: str
    app: str
    valkey: str

    @classmethod
    def generated(cls) -> Passwords:
        return cls(*(secrets.token_urlsafe(24) for _ in range(4)))


@dataclass(frozen=True)
class Placement:
    """Where the servers' files lie and on which port each of them listens."""

    folder: str
    ports: dict[str, int]


@dataclass(frozen=True)
class Home:
    """`.muster/` of a project, or the folder that MUSTER_HOME names."""

    path: Path

    @classmethod
    def of(cls, root: Path, environ: Mapping[str, str]) -> Home:
        return cls(Path(environ.get("MUSTER_HOME") or root / ".muster").absolute())

    @cached_property
    def account(self) -> Account:
        return Account.for_servers(self.path)

    def make(self) -> None:
        """Create the folder unless it exists; refuse one that we may not write to."""
        try:
            make_folder(self.path, ROOT_MODE if os.geteuid() == 0 else USER_MODE)
        except OSError as error:
            raise HomeError(f"{self.path} can't be made ({error.strerror}). {_OTHER_HOME}") from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise HomeError(f"{self.path} belongs to another user. {_OTHER_HOME}")
        make_folder(self.data, USER_MODE)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time; the kernel frees the lock of a killed one."""
        descriptor = os.open(self.path / "lock", os.O_RDONLY | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @property
    def passwords(self) -> Passwords:
        """The passwords of this installation, generated at the first call."""
        file = self.path / "passwords.json"
        if not file.exists():
            self._write(file, asdict(Passwords.generated()))
        return Passwords(**json.loads(file.read_text()))

    @property
    def keys(self) -> dict[str, str]:
        """Secrets for an installation whose environment has none, generated at the first call."""
        file = self.path / "keys.json"
        if not file.exists():
            credential_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
            self._write(file, {"SECRET_KEY": secrets.token_urlsafe(48), "MUSTER_CREDENTIAL_KEYS": credential_key})
        return dict(json.loads(file.read_text()))

    @property
    def placement(self) -> Placement | None:
        """What was decided at the last start, or None before the first one."""
        file = self.path / "servers.json"
        return Placement(**json.loads(file.read_text())) if file.exists() else None

    @property
    def data(self) -> Path:
        """Where customer data is kept unless MUSTER_DATA_DIR says otherwise."""
        return self.path / "data"

    def keep(self, placement: Placement) -> None:
        """Remember where the servers are, for the next command."""
        self._write(self.path / "servers.json", asdict(placement))

    def servers_folder(self) -> Path:
        """The folder for the servers' files: this one, or one of our own that their account can reach.

        Once decided it stays, because the data is there.
        """
        if self.placement:
            folder = Path(self.placement.folder)
        elif self.account.may_enter(self.path):
            folder = self.path
        else:
            folder = SHARED / f"muster-{hashlib.sha256(bytes(self.path.resolve())).hexdigest()[:16]}"
        if folder != self.path:
            _make_own(folder)
        return folder

    def _write(self, file: Path, values: Mapping[str, object]) -> None:
        owner = self.account if self.account.foreign and self.path.stat().st_uid else None
        write_private(file, json.dumps(values, indent=2) + "\n", owner)


def _make_own(folder: Path) -> None:
    make_folder(folder, ROOT_MODE)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise HomeError(f"{folder} was made by someone else. Remove it, or set MUSTER_HOME.")


_OTHER_HOME = "Run Muster as that user, or set MUSTER_HOME to a folder of your own."
