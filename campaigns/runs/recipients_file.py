"""A run's recipients, row by row, as one reader may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.dataset as ds

from campaigns.runs import recipients
from customer360 import storage
from customer360.models import Table
from destinations.delivery import files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from campaigns.models import CampaignRun

HEADER = tuple(recipients.COLUMNS)
REDACTED = "redacted"
BATCH_ROWS = 10_000


def recipients_file(run: CampaignRun, *, restricted: bool) -> Iterator[Sequence[str]] | None:
    """Rows with the columns of `HEADER`, or None when the run has recorded nobody."""
    table = Table.objects.filter(name=recipients.TABLE).select_related("current_version").first()
    if run.audience_count is None or table is None or table.current_version is None:
        return None
    folder = storage.tenant_folder()
    paths = [folder / file.name for file in table.current_version.manifest.files]
    return _rows(paths, run.campaign_id, run.number, hides_key=_hides_key(paths, restricted=restricted))


def _hides_key(paths: Sequence[Path], *, restricted: bool) -> bool:
    """Whether the reader may not see keys: they are marked as personal in the files, or have been marked since."""
    return restricted and (recipients.key_is_pii() or any(_is_marked(path) for path in paths))


def _is_marked(path: Path) -> bool:
    return recipients.KEY in files.pii_of(ds.dataset(path).schema)


def _rows(paths: Sequence[Path], campaign: int, number: int, *, hides_key: bool) -> Iterator[Sequence[str]]:
    mine = (pc.field("campaign_id") == campaign) & (pc.field("run") == number)
    columns = [name for name in HEADER if not (hides_key and name == recipients.KEY)]
    for batch in ds.dataset(paths).scanner(columns=columns, filter=mine, batch_size=BATCH_ROWS).to_batches():
        for row in batch.to_pylist():
            yield [_text(row.get(name, REDACTED)) for name in HEADER]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def places(run: CampaignRun, key: str, *, restricted: bool) -> list[dict[str, object]]:
    """What the run recorded about the customer with this key; empty where the reader may not search by key."""
    table = Table.objects.filter(name=recipients.TABLE).select_related("current_version").first()
    if table is None or table.current_version is None:
        return []
    paths = [storage.tenant_folder() / file.name for file in table.current_version.manifest.files]
    if _hides_key(paths, restricted=restricted):
        return []
    mine = (pc.field("campaign_id") == run.campaign_id) & (pc.field("run") == run.number)
    sought = mine & (pc.field(recipients.KEY) == key.strip())
    found: list[dict[str, object]] = ds.dataset(paths).scanner(filter=sought).to_table().to_pylist()
    return found
