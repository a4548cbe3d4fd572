"""What a delivery leaves behind goes when it is old: its files and slices. Its counts stay, for history."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from destinations.delivery import files
from destinations.delivery.models import Delivery, Slice

if TYPE_CHECKING:
    from datetime import datetime

FILES = ("members_file", "shaped_file", "plan_file", "outcomes_file")


def remove_evidence(before: datetime) -> None:
    """Of deliveries that ended before: the files first, so that no row forgets a file that is still there."""
    old = Delivery.objects.filter(finished_at__lt=before).exclude(**dict.fromkeys(FILES, ""))
    for delivery in old.iterator():
        shutil.rmtree(files.path_of(f"deliveries/{delivery.pk}"), ignore_errors=True)
        Slice.objects.filter(delivery=delivery).delete()
        Delivery.objects.filter(pk=delivery.pk).update(**dict.fromkeys(FILES, ""))
