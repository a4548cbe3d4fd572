"""Folders and files that only we may change; nothing that already exists is given another mode."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.account import Account


def make_folder(path: Path, mode: int, owner: Account | None = None) -> None:
    """Make `path` with exactly this mode and owner; a folder that exists is left as it is."""
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        return
    path.chmod(mode)
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)


def write_private(path: Path, text: str, owner: Account | None = None) -> None:
    """Replace `path` in one step by a file that only its owner may read (mode 0600)."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        if owner is not None:
            os.fchown(file.fileno(), owner.uid, owner.gid)
    draft.replace(path)


def overwrite(path: Path, text: str) -> None:
    """Write into an existing file, whose folder may be another user's: a link in its place is not followed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def keep_short(log: Path, size: int = 10_000_000) -> None:
    """Set aside a log longer than `size` bytes, replacing the one set aside before."""
    if log.exists() and log.stat().st_size > size:
        log.replace(log.with_suffix(".log.1"))


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, or an empty text when there is none."""
    if not path.exists():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return "".join(deque(file, maxlen=count)).rstrip()
