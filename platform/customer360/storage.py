"""Where a tenant's Parquet files are. Every file is immutable, and no name is reused."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings

from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from customer360.models import Table

SCRATCH = "scratch"
"""Below the folder of all data: what the engine spills, and temporary files of jobs."""


def tenant_folder() -> Path:
    """The active tenant's folder; it contains nothing of other tenants."""
    return Path(settings.DATA_DIR) / str(require_tenant_id())


def table_folder(table: Table) -> Path:
    folder = tenant_folder() / "tables" / str(table.pk)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def new_file(table: Table) -> Path:
    """The path of a file that does not exist yet, in the table's folder."""
    return table_folder(table) / f"{uuid4().hex}.parquet"


def name_of(path: Path) -> str:
    """The file's name in a manifest."""
    return str(path.relative_to(tenant_folder()))


def remove_all_but(table: Table, names: Collection[str], *, older_than: float) -> int:
    """Removes the table's files that are not in `names` and were written before `older_than` (a Unix time).

    Younger ones may belong to a version that is being made. Returns how many were removed.
    """
    unwanted = [
        path
        for path in table_folder(table).glob("*.parquet")
        if name_of(path) not in names and path.stat().st_mtime < older_than
    ]
    for path in unwanted:
        path.unlink(missing_ok=True)
    return len(unwanted)


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder, removed on exit; housekeeping removes those of killed processes."""
    workspace = Path(settings.DATA_DIR) / SCRATCH
    workspace.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=workspace) as folder:
        yield Path(folder)


def import_folder(import_id: int) -> Path:
    """Where an import keeps its files until it is done."""
    folder = tenant_folder() / "imports" / str(import_id)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def new_upload(file_name: str) -> Path:
    """The path of an upload that does not exist yet; only the extension of the file's own name is kept."""
    folder = tenant_folder() / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{uuid4().hex}{Path(file_name).suffix.lower()[:12]}"


def new_result() -> Path:
    """The path of a query's result that does not exist yet."""
    folder = tenant_folder() / "results"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{uuid4().hex}.parquet"


def remove_results(*, older_than: float) -> None:
    """Removes results written before this Unix time."""
    for path in (tenant_folder() / "results").glob("*.parquet"):
        if path.stat().st_mtime < older_than:
            path.unlink(missing_ok=True)


def uploads() -> list[Path]:
    """All remaining uploads of the active tenant."""
    return list((tenant_folder() / "uploads").glob("*"))


def path_of(name: str) -> Path:
    """The file that a manifest or an import names."""
    return tenant_folder() / name


def is_ours(path: Path) -> bool:
    """Whether the file lies in the tenant's folder, so that Muster may remove it."""
    return path.is_relative_to(tenant_folder())


def remove_folder(folder: Path) -> None:
    """Removes a table's folder with everything in it; readers with an open file can still finish."""
    shutil.rmtree(folder, ignore_errors=True)


def adopt(path: Path, table: Table) -> Path:
    """Moves a finished file of the same tenant into the table's folder."""
    return path.rename(new_file(table))
