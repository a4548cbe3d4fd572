"""What people and jobs do with imports."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now

from audit.services import record
from customer360.engine.errors import EngineError, EngineInterruptedError
from customer360.errors import Customer360Error, ImportStoppedError
from customer360.imports import jobs, running
from customer360.imports.keeping import is_kept
from customer360.imports.proposing import propose_import
from customer360.imports.recovery import only_runner
from customer360.imports.spec import ImportSpec, spec_of
from customer360.imports.telling import tell
from customer360.lists import names_customers, names_openly
from customer360.models import Import, Table
from customer360.naming import require_free_names
from customer360.services import require_free_name, require_free_role
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from accounts.models import User
    from customer360.semantics import Semantic

BROKEN_OFF = (
    "The import was interrupted three times, so nothing was imported. Split the file and import the parts."
)
UNEXPECTED = "Something unexpected happened, so nothing was imported. The log has the details."
ONLY_WITH_ACCESS = "Your access doesn't include personal data. Ask someone who may see it."
MOST_ATTEMPTS = 3
"""A file that has crashed its runner this often would crash every one."""

DECIDED = (
    "file_name",
    "upload",
    "spec_data",
    "table",
    "table_name",
    "role",
    "key_column",
    "mode",
    "reject_limit",
)
"""The fields that fully define what an import does."""

log = structlog.get_logger(__name__)


@transaction.atomic
def start_import(  # noqa: PLR0913  one keyword per decision of the operator
    *,
    import_: Import,
    spec: ImportSpec,
    mode: Import.Mode,
    table: Table | None = None,
    table_name: str = "",
    role: Table.Role = Table.Role.OTHER,
    key_column: str = "",
    reject_limit: int = 1000,
    actor: User | None = None,
    restricted_pii: bool = False,
) -> Import:
    """Queues the import as confirmed. Raises ImportStoppedError for what can't be done.

    `restricted_pii` is for an actor who may not see personal data: they can't remove a proposed mark of it, nor
    upload a list that would single out customers by it.
    """
    into = table and _still_there(table)  # locked before the import, as deletion does
    locked: Import = Import.objects.select_for_update().get(pk=import_.pk)
    if locked.status != Import.Status.PROPOSED:
        raise ImportStoppedError("This import has been started already.")
    proposed = spec_of(locked)
    locked.table = into
    locked.table_name = into.name if into else table_name
    locked.role = into.role if into else role
    locked.key_column = into.key_column if into else key_column
    locked.mode = mode
    locked.reject_limit = reject_limit
    locked.spec_data = spec.model_dump(mode="json")
    locked.status, locked.queued_at = Import.Status.WAITING, Now()
    locked.started_by = actor or locked.started_by
    _require_possible(locked, spec)
    if restricted_pii:
        _require_impersonal(spec, proposed, locked.role)
    locked.full_clean(exclude=["tenant", "started_by", "queued_at"])
    locked.save()
    record(
        action="import:started",
        subject=locked,
        actor=locked.started_by,
        changes={"table": locked.table_name, "mode": str(mode)},
    )
    return locked


@transaction.atomic
def propose_anew(*, import_: Import, actor: User) -> Import:
    """Proposes a failed import again, with the same file and decisions, to be confirmed or changed.

    Calling it twice gives one proposal. Raises ImportStoppedError when the file is gone or imported by now.
    """
    failed: Import = Import.objects.select_for_update().get(pk=import_.pk)
    if not may_be_proposed_anew(failed):
        raise ImportStoppedError(
            "The file is not kept any more, or was imported since. Upload it again, or choose it in the folder."
        )
    decided = {name: getattr(failed, name) for name in DECIDED}
    proposed: Import | None = Import.objects.filter(status=Import.Status.PROPOSED, **decided).first()
    return proposed or Import.objects.create(started_by=actor, **decided)


def may_be_proposed_anew(import_: Import) -> bool:
    """Whether the import failed, its file is kept, and no later one brings it into the same table."""
    if import_.status != Import.Status.FAILED or not is_kept(import_):
        return False
    of_this_file = Import.objects.filter(upload=import_.upload, table_name=import_.table_name)
    later = of_this_file.filter(status=Import.Status.COMPLETED, finished_at__gt=import_.finished_at)
    return not later.exists() and not any(each.is_under_way for each in of_this_file)


def run_import(*, import_id: int) -> Import:
    """Runs a waiting import to its end, reported by its row and a notification. Safe to repeat after a kill.

    Does nothing while another process runs it.
    """
    with only_runner(import_id) as is_ours:
        import_: Import = Import.objects.select_related("table", "started_by").get(pk=import_id)
        if not is_ours:
            return import_
        if import_.is_under_way:
            _run_once(import_)
        running.clean_up(import_)
    return import_


def cancel_import(*, import_: Import) -> None:
    """Cancels the import unless it has ended, without any effect on tables; its files are removed on commit."""
    transaction.on_commit(partial(jobs.request_cancel, import_))
    not_begun = Import.objects.filter(pk=import_.pk, status__in=[Import.Status.PROPOSED, Import.Status.WAITING])
    if not_begun.update(status=Import.Status.CANCELLED, finished_at=clock.now()):
        transaction.on_commit(partial(_clean_up_cancelled, import_.pk))


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
    """Imports a file as proposed, immediately and in this process; raises ImportStoppedError when it fails.

    `semantics` are meanings of columns, by name, that the proposal would not find.
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


def _still_there(table: Table) -> Table:
    """The table, locked so that no one deletes it before the import is queued. Raises ImportStoppedError."""
    locked: Table | None = Table.objects.select_for_update().filter(pk=table.pk).first()
    if locked is None:
        raise ImportStoppedError(f"“{table}” is not there any more. Import the file into another table.")
    return locked


def _clean_up_cancelled(import_id: int) -> None:
    """Reloads the import, because its table may have been deleted since."""
    running.clean_up(Import.objects.select_related("table").get(pk=import_id))


def _require_possible(import_: Import, spec: ImportSpec) -> None:
    table, names = import_.table, [column.name for column in spec.imported]
    if not names:
        raise ImportStoppedError("No column is to be imported. Choose at least one.")
    if len({name.casefold() for name in names}) < len(names):
        raise ImportStoppedError("Two columns would get the same name. Rename one of them.")
    require_free_names({column.name: column.semantic or "" for column in spec.imported})
    if not all(name.isprintable() for name in names):
        raise ImportStoppedError("The name of a column holds signs that can't be seen. Write it again.")
    if table is not None and (table.built_from_id or table.kept_by_muster):
        raise ImportStoppedError(f"“{table}” is made by Muster. Import into another table.")
    if import_.key_column and import_.key_column not in names:
        raise ImportStoppedError(f"The file has no column “{import_.key_column}”, which is the table's key.")
    if table is None:
        _require_free_name(import_)
        require_free_role(import_.role)
    if import_.role == Table.Role.CUSTOMER_PROFILES and not import_.key_column:
        raise ImportStoppedError("A table of customer profiles needs a key: choose its column.")
    if import_.role == Table.Role.LIST and not names_customers(column.semantic or "" for column in spec.imported):
        raise ImportStoppedError(
            "A list names customers by their key or e-mail address: say which column that is, by its meaning."
        )
    if import_.mode == Import.Mode.UPSERT and not import_.key_column:
        raise ImportStoppedError("Rows can be replaced only in a table with a key. Add them, or replace all.")


def _require_free_name(import_: Import) -> None:
    """Checked before the file is read, not after all its rows have been."""
    require_free_name(import_.table_name)
    under_way = Import.objects.filter(status__in=Import.UNDER_WAY, table=None)
    if under_way.filter(table_name__iexact=import_.table_name).exists():
        raise ImportStoppedError(
            f"Another import makes the table “{import_.table_name}” at this moment. Choose another name, or wait "
            "until it has ended and import into that table."
        )


def _require_impersonal(spec: ImportSpec, proposed: ImportSpec, role: str) -> None:
    marked = {column.source for column in proposed.columns if column.is_pii}
    bared = [column.name for column in spec.imported if column.source in marked and not column.is_pii]
    if bared:
        raise ImportStoppedError(f"“{bared[0]}” is marked as personal data. {ONLY_WITH_ACCESS}")
    if role == Table.Role.LIST and not names_openly(spec.imported):
        raise ImportStoppedError(f"The list names customers by personal data. {ONLY_WITH_ACCESS}")


def _run_once(import_: Import) -> None:
    begun = Import.objects.filter(pk=import_.pk, status__in=Import.UNDER_WAY).update(
        status=Import.Status.RUNNING, attempts=F("attempts") + 1
    )
    import_.refresh_from_db(fields=["status", "attempts"])
    if not begun:
        return  # cancelled a moment ago
    if import_.attempts > MOST_ATTEMPTS:
        _end_without_change(import_, Import.Status.FAILED, problem=BROKEN_OFF)
    else:
        _run_to_an_end(import_)


def _run_to_an_end(import_: Import) -> None:
    try:
        running.run(import_)
    except EngineInterruptedError:
        _end_without_change(import_, Import.Status.CANCELLED)
    except (Customer360Error, EngineError) as error:
        _end_without_change(import_, Import.Status.FAILED, problem=str(error))
    except (OperationalError, InterfaceError):
        raise  # an unreachable database says nothing about the file
    except Exception:
        log.exception("import failed", import_id=import_.pk)
        _end_without_change(import_, Import.Status.FAILED, problem=UNEXPECTED)


@transaction.atomic
def _end_without_change(import_: Import, status: Import.Status, *, problem: str = "") -> None:
    import_.status, import_.problem, import_.finished_at = status, problem, clock.now()
    import_.save(update_fields=["status", "problem", "finished_at"])
    tell(import_)
