from __future__ import annotations

from typing import TYPE_CHECKING

from customer360 import storage
from customer360.models import Import

if TYPE_CHECKING:
    from datetime import datetime


def remove_rejects(before: datetime) -> None:
    """Removes reject reports of imports that ended before; the number of rejects is kept."""
    for old in Import.objects.filter(finished_at__lt=before).exclude(rejects=""):
        storage.path_of(old.rejects).unlink(missing_ok=True)
        Import.objects.filter(pk=old.pk).update(rejects="")
