"""What is kept of imports: their files while they can be read, their reports until retention ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360 import storage
from customer360.imports import folder
from customer360.models import Import

if TYPE_CHECKING:
    from datetime import datetime


def is_kept(import_: Import) -> bool:
    """Whether the file may still be read: an upload that is there, or a file that the folder offers now."""
    path = storage.path_of(import_.upload)
    return path.is_file() if storage.is_ours(path) else folder.offers(path)


def remove_rejects(before: datetime) -> None:
    """Removes reject reports of imports that ended before; the number of rejects is kept."""
    for old in Import.objects.filter(finished_at__lt=before).exclude(rejects=""):
        storage.path_of(old.rejects).unlink(missing_ok=True)
        Import.objects.filter(pk=old.pk).update(rejects="")
