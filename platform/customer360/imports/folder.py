"""The installation's folder from which a tenant's files can be imported without an upload.

Below the folder that the installation configures, each tenant has its own, named after its slug. Only files
directly in it count: no folders, no links to elsewhere.
"""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from customer360.errors import ImportFileError
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = (".csv", ".tsv", ".txt", ".gz", ".parquet")


@dataclass(frozen=True, slots=True)
class FolderFile:
    name: str
    size: int
    changed_at: datetime


def folder() -> Path | None:
    """The active tenant's folder, if the installation has one for it."""
    if not settings.IMPORT_DIR:
        return None
    own = Path(settings.IMPORT_DIR) / Tenant.objects.get(pk=require_tenant_id()).slug
    return own if own.is_dir() and not own.is_symlink() else None


def files() -> list[FolderFile]:
    """The files that can be imported from the tenant's folder, newest first."""
    own = folder()
    found = _files_in(own) if own else ()
    return sorted(found, key=lambda file: file.changed_at, reverse=True)


def path_of(name: str) -> Path:
    """The file of that name, as `files` lists it. Raises ImportFileError for any other."""
    own = folder()
    if own is None or not offers(own / name):
        raise ImportFileError("This file is no longer in the folder. Choose another one.")
    return own / name


def offers(path: Path) -> bool:
    """Whether `files` lists the file at this moment."""
    own = folder()
    return own is not None and path in {own / file.name for file in _files_in(own)}


def holds(path: Path) -> bool:
    """Whether the file is in the tenant's folder, judging by its path."""
    return path.parent == folder()


def copy(path: Path, target: Path) -> Path:
    """Copies the file as it is now: it could be written to, or replaced by a link, during the import."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise ImportFileError("The file is no longer in the folder. Put it back and import it again.") from error
    with open(descriptor, "rb") as source:  # noqa: PTH123  a descriptor, which can't be swapped for a link
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ImportFileError("Only files can be imported.")
        with target.open("wb") as written:
            shutil.copyfileobj(source, written, 1024 * 1024)
    return target


def _files_in(own: Path) -> Iterator[FolderFile]:
    with os.scandir(own) as entries:
        for entry in entries:
            if entry.name.startswith(".") or not entry.name.lower().endswith(ENDINGS):
                continue
            if entry.is_file(follow_symlinks=False):
                told = entry.stat(follow_symlinks=False)
                yield FolderFile(entry.name, told.st_size, datetime.fromtimestamp(told.st_mtime, UTC))
