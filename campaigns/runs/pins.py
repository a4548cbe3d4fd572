"""Which table versions campaigns still read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.models import CampaignRun

if TYPE_CHECKING:
    from collections.abc import Iterable


def versions_of_open_runs() -> Iterable[int]:
    """The versions that a run started with, until it has ended; its deliveries pin their own."""
    for run in CampaignRun.objects.open():
        yield from run.table_versions.values()
        if run.recipients_version_id is not None:
            yield run.recipients_version_id
