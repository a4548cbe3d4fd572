"""The operating-system account under which the embedded servers run."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from runtime.errors import HomeError

# The caller's PostgreSQL variables (PGDATA, PGOPTIONS, ...) must not reach our server.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class SpawnOptions(TypedDict, total=False):
    """Keyword arguments of `subprocess` that start a process under an account."""

    cwd: Path
    env: dict[str, str]
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A uid and gid, and whether starting a process under them means changing user first."""

    uid: int
    gid: int
    foreign: bool

    @classmethod
    def for_servers(cls, home: Path) -> Account:
        """Ourselves; for root, which PostgreSQL refuses, the owner of `home` or else `nobody`."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), foreign=False)
        owner = home.stat()
        if owner.st_uid != 0:
            return cls(owner.st_uid, owner.st_gid, foreign=True)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise HomeError(
                "PostgreSQL does not run as root and this system has no user `nobody`. "
                "Run Muster as an ordinary user, or set DATABASE_URL and REDIS_URL to servers of your own."
            ) from None
        return cls(nobody.pw_uid, nobody.pw_gid, foreign=True)

    def options(self, folder: Path) -> SpawnOptions:
        """Start a process under this account, in `folder`, with a clean environment."""
        options: SpawnOptions = {"cwd": folder, "env": ENVIRONMENT}
        if self.foreign:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def may_enter(self, folder: Path) -> bool:
        """Whether this account can reach files below `folder`; the kernel decides, so ACLs count too."""
        if not self.foreign:
            return True
        question = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
        return (
            subprocess.run(question, check=False, capture_output=True, **self.options(Path("/"))).returncode == 0
        )

    def may_run(self, program: Path) -> bool:
        """Whether this account can execute `program`, which must know `--version`."""
        if not self.foreign:
            return True
        try:
            subprocess.run([program, "--version"], check=True, capture_output=True, **self.options(Path("/")))
        except (OSError, subprocess.CalledProcessError):
            return False
        return True
