"""Removes what old deliveries leave behind: files and slices. Their counts stay, for history."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from destinations.delivery import files
from destinations.delivery.models import Delivery, Slice

if TYPE_CHECKING:
    from datetime import datetime

FILES = ("members_file", "shaped_file", "plan_file", "outcomes_file")


def remove_evidence(before: datetime) -> None:
    """For deliveries that ended before. Files go first, so that no row forgets a file that still exists."""
    old = Delivery.objects.filter(finished_at__lt=before).exclude(**dict.fromkeys(FILES, ""))
    for delivery in old.iterator():
        shutil.rmtree(files.path_of(f"deliveries/{delivery.pk}"), ignore_errors=True)
        Slice.objects.filter(delivery=delivery).delete()
        Delivery.objects.filter(pk=delivery.pk).update(**dict.fromkeys(FILES, ""))
