"""What people and jobs do with imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db import InterfaceError, OperationalError, transaction

from audit.services import record
from customer360 import storage
from customer360.engine import DataType
from customer360.engine.errors import EngineError, EngineInterruptedError
from customer360.errors import Customer360Error, ImportFileError, ImportStoppedError
from customer360.imports import jobs, running
from customer360.imports.files import FileKind, PreparedFile, prepare
from customer360.imports.proposals import propose, propose_typed
from customer360.imports.sniffing import SAMPLE_ROWS, sniff
from customer360.imports.spec import ImportSpec, spec_of
from customer360.imports.staging import typed_sample
from customer360.lists import names_customers
from customer360.models import Import, Table
from notifications.models import Kind
from notifications.services import notify
from runtime import clock
from tenants.urls import tenant_reverse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from accounts.models import User
    from customer360.semantics import Semantic

TOPIC = "import"
MOST_COLUMNS = 1_000
LONGEST_NAME = 200
UNEXPECTED = "Something unexpected happened, so nothing was imported. The log has the details."
UNFINISHED = (Import.Status.WAITING, Import.Status.RUNNING)

log = structlog.get_logger(__name__)


def propose_import(
    *, source: Path, file_name: str, table: Table | None = None, started_by: User | None = None
) -> Import:
    """An import to be confirmed: how the file is written, and what its columns probably are.

    `source` is an upload of the tenant, which becomes the import's own, or a file that is only read. With `table`,
    columns of the same name are taken to be the table's. Raises ImportFileError.
    """
    plain = storage.new_upload("plain.csv")
    try:
        spec = _proposed(prepare(source, plain))
    except Customer360Error:
        plain.unlink(missing_ok=True)
        raise
    kept = plain if plain.exists() else source
    if kept != source and _is_upload(source):
        source.unlink()
    return Import.objects.create(
        file_name=file_name[:255],
        upload=storage.name_of(kept) if _is_upload(kept) else str(kept),
        spec_data=_as_in(table, spec).model_dump(mode="json"),
        table=table,
        started_by=started_by,
    )


@transaction.atomic
def start_import(  # noqa: PLR0913  one keyword per thing that an operator decides
    *,
    import_: Import,
    spec: ImportSpec,
    mode: Import.Mode,
    table: Table | None = None,
    table_name: str = "",
    role: Table.Role = Table.Role.OTHER,
    key_column: str = "",
    reject_limit: int = 1000,
) -> Import:
    """The import waits to be run, as confirmed. Raises ImportStoppedError for what can't be done."""
    locked: Import = Import.objects.select_for_update().get(pk=import_.pk)
    if locked.status != Import.Status.PROPOSED:
        raise ImportStoppedError("This import has been started already.")
    locked.table = table
    locked.table_name = table.name if table else table_name
    locked.role = table.role if table else role
    locked.key_column = table.key_column if table else key_column
    locked.mode = mode
    locked.reject_limit = reject_limit
    locked.spec_data = spec.model_dump(mode="json")
    locked.status = Import.Status.WAITING
    _require_possible(locked, spec)
    locked.full_clean(exclude=["tenant", "started_by"])
    locked.save()
    record(
        action="import:started",
        subject=locked,
        actor=locked.started_by,
        changes={"table": locked.table_name, "mode": str(mode)},
    )
    return locked


def run_import(*, import_id: int) -> Import:
    """Runs a waiting import to its end, which its row and a notification tell. Safe to repeat after a kill."""
    import_: Import = Import.objects.select_related("table", "started_by").get(pk=import_id)
    if import_.status in UNFINISHED:
        import_.status = Import.Status.RUNNING
        import_.save(update_fields=["status"])
        _run_to_an_end(import_)
    _tell(import_)
    running.clean_up(import_)
    return import_


def cancel_import(*, import_: Import) -> None:
    """Nothing of the import happens, if it has not ended yet."""
    jobs.request_cancel(import_)
    Import.objects.filter(pk=import_.pk, status__in=[Import.Status.PROPOSED, Import.Status.WAITING]).update(
        status=Import.Status.CANCELLED, finished_at=clock.now()
    )


def import_file(  # noqa: PLR0913  as start_import
    *,
    source: Path,
    table_name: str,
    mode: Import.Mode = Import.Mode.REPLACE,
    role: Table.Role = Table.Role.OTHER,
    key_column: str = "",
    semantics: Mapping[str, Semantic] | None = None,
    started_by: User | None = None,
) -> Import:
    """Imports a file as proposed, at once and in this process; raises ImportStoppedError when it fails.

    `semantics` are the meanings of columns, by name, where the proposal would not know them.
    """
    table = Table.objects.filter(name=table_name).first()
    proposed = propose_import(source=source, file_name=source.name, table=table, started_by=started_by)
    spec = spec_of(proposed).with_meanings(semantics or {})
    started = start_import(
        import_=proposed,
        spec=spec,
        mode=mode,
        table=table,
        table_name=table_name,
        role=role,
        key_column=key_column,
    )
    ended = run_import(import_id=started.pk)
    if ended.status != Import.Status.COMPLETED:
        raise ImportStoppedError(ended.problem or "The import was cancelled.")
    return ended


def _proposed(prepared: PreparedFile) -> ImportSpec:
    if prepared.kind is FileKind.PARQUET:
        return _proposed_of_parquet(prepared.path)
    sample = sniff(prepared.path)
    _require_possible_names(sample.names)
    columns = zip(*(row for row in sample.rows if len(row) == len(sample.names)), strict=True)
    values = dict(zip(sample.names, columns, strict=False))
    proposals = [propose(name, values.get(name, ())) for name in sample.names]
    return ImportSpec.proposed(FileKind.CSV, sample.form, proposals)


def _proposed_of_parquet(path: Path) -> ImportSpec:
    try:
        typed = typed_sample(path, SAMPLE_ROWS)
    except (OSError, ValueError, EngineError) as error:
        raise ImportFileError("The Parquet file is damaged. Write it again and upload it.") from error
    _require_possible_names([name for name, _, _ in typed])
    # What has no type of ours, a list or a structure, is imported as its text.
    known = [(name, DataType.STRING if kind is DataType.OTHER else kind, values) for name, kind, values in typed]
    proposals = [propose_typed(name, kind, values) for name, kind, values in known]
    return ImportSpec.proposed(FileKind.PARQUET, None, proposals)


def _require_possible_names(names: Sequence[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise ImportFileError(
            f"The file has {len(names):,} columns; a table has at most {MOST_COLUMNS:,}. Leave some out."
        )
    for number, name in enumerate(names, 1):
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise ImportFileError(
                f"The name of column {number:,} is longer than {LONGEST_NAME} characters, or holds signs that "
                "can't be seen. Rename it."
            )


def _as_in(table: Table | None, spec: ImportSpec) -> ImportSpec:
    """The proposal with what the table says of columns that it has."""
    if table is None:
        return spec
    known = {column.name.casefold(): column for column in table.columns.filter(companion_of="")}
    return spec.with_columns(
        column.matched_with(known[column.name.casefold()]) if column.name.casefold() in known else column
        for column in spec.columns
    )


def _require_possible(import_: Import, spec: ImportSpec) -> None:
    table, names = import_.table, [column.name for column in spec.imported]
    if not names:
        raise ImportStoppedError("No column is to be imported. Choose at least one.")
    if len({name.casefold() for name in names}) < len(names):
        raise ImportStoppedError("Two columns would get the same name. Rename one of them.")
    if table is not None and (table.built_from_id or table.kept_by_muster):
        raise ImportStoppedError(f"“{table}” is made by Muster. Import into another table.")
    if import_.key_column and import_.key_column not in names:
        raise ImportStoppedError(f"The file has no column “{import_.key_column}”, which is the table's key.")
    if import_.role == Table.Role.CUSTOMER_PROFILES and not import_.key_column:
        raise ImportStoppedError("A table of customer profiles needs a key: choose its column.")
    if import_.role == Table.Role.LIST and not names_customers(column.semantic or "" for column in spec.imported):
        raise ImportStoppedError(
            "A list names customers by their key or e-mail address: say which column that is, by its meaning."
        )
    if import_.mode == Import.Mode.UPSERT and not import_.key_column:
        raise ImportStoppedError("Rows can be replaced only in a table with a key. Add them, or replace all.")


def _is_upload(path: Path) -> bool:
    return path.is_relative_to(storage.tenant_folder())


def _run_to_an_end(import_: Import) -> None:
    try:
        running.run(import_)
    except EngineInterruptedError:
        _end_without_change(import_, Import.Status.CANCELLED)
    except (Customer360Error, EngineError) as error:
        _end_without_change(import_, Import.Status.FAILED, problem=str(error))
    except (OperationalError, InterfaceError):
        raise  # a database that is away says nothing about the file
    except Exception:
        log.exception("import failed", import_id=import_.pk)
        _end_without_change(import_, Import.Status.FAILED, problem=UNEXPECTED)


def _end_without_change(import_: Import, status: Import.Status, *, problem: str = "") -> None:
    import_.status, import_.problem, import_.finished_at = status, problem, clock.now()
    import_.save(update_fields=["status", "problem", "finished_at"])


_KINDS = {
    Import.Status.COMPLETED: Kind.COMPLETED,
    Import.Status.CANCELLED: Kind.WARNING,
    Import.Status.FAILED: Kind.ERROR,
}


def _tell(import_: Import) -> None:
    if import_.started_by is None:
        return
    rejected = f" {import_.reject_count:,} were rejected." if import_.reject_count else ""
    imported = f"{import_.row_count:,} rows imported into {import_.table_name}.{rejected}"
    notify(
        topic=TOPIC,
        thread=f"import:{import_.pk}",
        recipients=[import_.started_by],
        kind=_KINDS[Import.Status(import_.status)],
        title=f"Import of {import_.file_name}: {import_.get_status_display()}",
        body=imported if import_.status == Import.Status.COMPLETED else import_.problem,
        link=tenant_reverse(import_.tenant, "table", table_id=import_.table.pk) if import_.table else "",
    )
