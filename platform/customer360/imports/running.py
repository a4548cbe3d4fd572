"""Runs one import: stages the file's rows, sifts them, joins them with the table's, publishes. Safe to rerun."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction

from customer360 import rewriting, services, storage
from customer360.companions import with_companions
from customer360.engine import MOST_FAULTS, DataFile
from customer360.engine.errors import EngineInterruptedError
from customer360.errors import ImportStoppedError, TableMovedOnError
from customer360.imports import folder
from customer360.imports.files import prepare
from customer360.imports.jobs import Progress, is_cancel_requested, tell_progress
from customer360.imports.merging import key_faults, superseded, write_deletions
from customer360.imports.rejects import write_report
from customer360.imports.spec import spec_of
from customer360.imports.staging import rejects_at, stage
from customer360.imports.telling import tell
from customer360.manifest import Manifest, ManifestFile
from customer360.models import Import, Table
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from customer360.engine import DataType
    from customer360.imports.rejects import Reject
    from customer360.imports.spec import ImportSpec
    from customer360.imports.staging import Staged
    from customer360.services import ColumnDraft

REPORT = "rejects.parquet"

MOST_JOINS = 5
"""How often the join is retried when others change the table meanwhile; each try takes seconds."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """The staged rows that go in, as a file, and the rejects, or some of them if very many."""

    data: DataFile
    rows: int
    rejects: tuple[Reject, ...]
    is_all_told: bool


@dataclass(frozen=True, slots=True)
class Incoming:
    """The file as it was read, and the rows of it that fit: nothing here depends on what the table holds."""

    source: Path
    spec: ImportSpec
    layout: tuple[ColumnDraft, ...]
    staged: Staged
    fitting: Sifted


def run(import_: Import) -> None:
    """Publishes a new version of the table and completes the import in the same transaction.

    Raises ImportStoppedError or an EngineError, and then no table has changed; the rejects report is still
    written.
    """
    spec, workplace = spec_of(import_), storage.import_folder(import_.pk)
    source = _source(import_, spec, workplace / "plain.csv")
    layout = layout_of(import_, spec)
    staged = stage(import_, source, spec, layout, workplace / "rows.parquet")
    fitting = _by_itself(import_, staged)
    _report(import_, fitting, workplace / REPORT)
    incoming = Incoming(source, spec, layout, staged, fitting)
    for _ in range(MOST_JOINS):
        with suppress(TableMovedOnError):
            _join(import_, incoming)
            return
    raise ImportStoppedError("The table kept changing while the import ran. Start the import again.")


def _join(import_: Import, incoming: Incoming) -> None:
    """Publishes the staged rows with the table's current ones; raises TableMovedOnError if those change."""
    present = _present(import_)
    if _shape(layout_of(import_, incoming.spec)) != _shape(incoming.layout):
        raise ImportStoppedError("The table's columns changed while the import ran. Start the import again.")
    sifted = _sift(import_, incoming, present)
    _report(import_, sifted, incoming.staged.path.with_name(REPORT))
    manifest = _joined(import_, sifted, incoming.layout, present)
    if import_.table is not None:
        manifest = rewriting.folded(import_.table, manifest)
    _publish(import_, manifest, sifted, incoming.layout)


def _source(import_: Import, spec: ImportSpec, plain: Path) -> Path:
    """The file in a form the engine can read."""
    tell_progress(import_, Progress("Unpacking the file"))
    source = storage.path_of(import_.upload)
    if folder.holds(source):
        source = folder.copy(source, plain.with_name("copy"))
    return prepare(source, plain, encoding=spec.form.encoding).path


def clean_up(import_: Import) -> None:
    """Removes what a finished import no longer needs: its upload, its temporary files, old versions' files.

    A failed one's upload is left to housekeeping, so that someone can try again, or discard that attempt.
    """
    upload = storage.path_of(import_.upload)
    if storage.is_ours(upload) and not _is_needed(import_):
        upload.unlink(missing_ok=True)
    for path in storage.import_folder(import_.pk).iterdir():
        if path.name != REPORT:
            path.unlink()
    if import_.table is not None:
        services.remove_unused_files(import_.table)


def _is_needed(import_: Import) -> bool:
    """Whether an import is still to come, or to be tried again, with the upload of this ended one."""
    of_this_file = Import.objects.filter(upload=import_.upload)
    to_come = [Import.Status.PROPOSED, *Import.UNDER_WAY]
    if import_.status != Import.Status.COMPLETED:
        to_come.append(Import.Status.FAILED)
    return of_this_file.filter(status__in=to_come).exists()


def layout_of(import_: Import, spec: ImportSpec) -> tuple[ColumnDraft, ...]:
    """The columns to write: the table's own when adding rows, the file's when it is new or replaced."""
    if import_.table is None or import_.mode == Import.Mode.REPLACE:
        return tuple(with_companions(column.draft for column in spec.imported))
    return tuple(services.draft_of(column) for column in import_.table.columns.all())


def _shape(layout: Sequence[ColumnDraft]) -> list[tuple[str, DataType, str]]:
    """What the staged rows depend on: marks and meanings may change while they wait, as they may afterwards."""
    return [(column.name, column.type, column.companion_of) for column in layout]


def _by_itself(import_: Import, staged: Staged) -> Sifted:
    """The rows that go in as far as the file alone tells, whatever the table holds."""
    data = _without(import_, staged, staged.unfit, "unfit.parquet")
    rejects = sorted((*staged.rejects, *staged.unfit.values()))
    return Sifted(data, staged.rows - len(staged.unfit), tuple(rejects), staged.is_all_told)


def _sift(import_: Import, incoming: Incoming, present: Manifest | None) -> Sifted:
    """The fitting rows that go in beside those the table holds."""
    staged, fitting, key = incoming.staged, incoming.fitting, import_.key_column
    problems = key_faults(import_, fitting.data, key, present) if key else []
    if not problems:
        return fitting
    positions = {*staged.unfit, *(fault.position for fault in problems)}
    faults = [(fault.position, key, fault.reason) for fault in problems]
    told = rejects_at(incoming.source, incoming.spec, staged, faults)
    data = _without(import_, staged, positions, "left-out.parquet")
    rejects = sorted((*fitting.rejects, *told))
    return Sifted(data, staged.rows - len(positions), tuple(rejects), staged.is_all_told)


def _without(import_: Import, staged: Staged, positions: Collection[int], name: str) -> DataFile:
    """The staged rows except those at these positions, which a file of this name lists."""
    if not positions:
        return DataFile(staged.path)
    deletions = staged.path.with_name(name)
    write_deletions(import_, positions, deletions)
    return DataFile(staged.path, deletions)


def _report(import_: Import, sifted: Sifted, path: Path) -> None:
    rejects, rows = sifted.rejects, sifted.rows
    import_.reject_count = len({reject.line for reject in rejects})
    import_.rejects = ""
    if rejects:
        write_report(rejects, path)
        import_.rejects = storage.name_of(path)
    import_.save(update_fields=["reject_count", "rejects"])
    if rejects and not rows:
        raise ImportStoppedError(
            "No row of the file can be imported. Read the rejects report and correct the file."
        )
    if not sifted.is_all_told:
        raise ImportStoppedError(
            f"At least {MOST_FAULTS:,} values do not fit, so nothing was imported. Read the rejects report and "
            "correct the file, or choose other types."
        )
    if import_.reject_count > import_.reject_limit:
        raise ImportStoppedError(
            f"More than {import_.reject_limit:,} rows can't be imported, so none was. "
            "Read the rejects report, correct the file, or allow more rejects."
        )


def _present(import_: Import) -> Manifest | None:
    """The current version that rows are added to; None when the table is new or replaced."""
    if import_.table is None or import_.mode == Import.Mode.REPLACE:
        return None
    import_.table.refresh_from_db()
    version = import_.table.current_version
    return version.manifest if version else None


def _joined(import_: Import, sifted: Sifted, layout: Sequence[ColumnDraft], present: Manifest | None) -> Manifest:
    """The table's files that stay, without the rows that the import replaces."""
    columns = tuple(column.name for column in layout)
    if present is None:
        return Manifest(columns=columns, files=())
    if import_.mode == Import.Mode.UPSERT:
        kept = tuple(superseded(import_, present, sifted.data, import_.key_column))
        return Manifest(columns=columns, files=kept)
    return present


@transaction.atomic
def _publish(import_: Import, kept: Manifest, sifted: Sifted, layout: Sequence[ColumnDraft]) -> None:
    """Makes the new rows visible to readers, unless the table has changed meanwhile."""
    _require_running(import_)
    table = _locked_table(import_, layout)
    if import_.mode == Import.Mode.REPLACE:
        services.set_columns(table=table, columns=_marked(table, layout, spec_of(import_).revision))
    file = ManifestFile(
        name=storage.name_of(storage.adopt(sifted.data.path, table)),
        rows=sifted.rows,
        deletions=_adopted(sifted.data.deletions, table),
    )
    manifest = kept.with_file(file)
    import_.version = services.publish_version(
        table=table,
        manifest=manifest,
        row_count=sum(file.rows for file in manifest.files),
        origin=f"Import of {import_.file_name}"[:200],
    )
    import_.table, import_.row_count = table, sifted.rows
    import_.status, import_.finished_at = Import.Status.COMPLETED, clock.now()
    import_.save(update_fields=["version", "table", "row_count", "status", "finished_at"])
    tell(import_)


def _marked(table: Table, layout: Sequence[ColumnDraft], revision: int | None) -> list[ColumnDraft]:
    """The columns as confirmed; marks that someone has set since the proposal also stay."""
    if table.revision == revision:
        return list(layout)
    known = {column.name: column for column in table.columns.all()}
    return [
        replace(draft.marked_like(known[draft.name]), semantic=draft.semantic) if draft.name in known else draft
        for draft in layout
    ]


def _require_running(import_: Import) -> None:
    """The final check between two runners of one import: only one of them publishes."""
    locked: Import = Import.objects.select_for_update().get(pk=import_.pk)
    if locked.status != Import.Status.RUNNING:
        raise ImportStoppedError("This import has ended already.")
    if is_cancel_requested(import_):
        raise EngineInterruptedError("The import was cancelled.")


def _locked_table(import_: Import, layout: Sequence[ColumnDraft]) -> Table:
    if import_.table is None:
        return services.create_table(
            name=import_.table_name,
            columns=layout,
            role=Table.Role(import_.role),
            key_column=import_.key_column,
        )
    locked: Table = Table.objects.select_for_update().get(pk=import_.table.pk)
    if import_.mode != Import.Mode.REPLACE and locked.current_version_id != import_.table.current_version_id:
        raise TableMovedOnError("The table changed while rows were joined with its own.")
    return locked


def _adopted(path: Path | None, table: Table) -> str | None:
    return storage.name_of(storage.adopt(path, table)) if path else None
