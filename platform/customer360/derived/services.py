"""What people do with derived tables: make one from a query, have it built again, delete it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import access_of
from audit.services import record
from customer360 import building, storage, tasks, usage
from customer360.errors import TableConflictError, TableInUseError
from customer360.models import Table
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes

if TYPE_CHECKING:
    from accounts.models import User
    from customer360.models import Query


@dataclass(frozen=True, slots=True)
class TableDraft:
    """A derived table as somebody wants it."""

    name: str
    description: str = ""
    role: Table.Role = Table.Role.OTHER
    key_column: str = ""


@transaction.atomic
def derive_table(*, query: Query, draft: TableDraft, actor: User, restricted_pii: bool = False) -> Table:
    """A table that is filled from the query now, and again whenever what it reads changes.

    Raises BuildError, TableConflictError, and QueryRefusedError: with `restricted_pii` also for a query that
    personal data decides, since its rows would tell what may not be seen.
    """
    checked(query.sql, current_shapes(), restricted_pii=restricted_pii)
    table = building.create_derived_table(
        query=query,
        name=draft.name,
        role=draft.role,
        key_column=draft.key_column,
        description=draft.description,
    )
    record(action="table:created", subject=table, actor=actor, changes={"query": str(query), "role": draft.role})
    _ask_for_build(table)
    return table


@transaction.atomic
def rebuild_table(*, table: Table, actor: User) -> None:
    """A new version is built, also where nothing has changed. Raises TableConflictError for other tables."""
    _require_derived(table)
    record(action="table:rebuilt", subject=table, actor=actor)
    _ask_for_build(table)


@transaction.atomic
def delete_table(*, table: Table, actor: User) -> None:
    """The table, its versions and their files are gone; its query stays.

    Raises TableInUseError, which names the users that the actor may know of, and TableConflictError.
    """
    locked: Table = Table.objects.select_for_update().get(pk=table.pk)
    _require_derived(locked)
    require_unused(locked, actor, "Take it out there first.")
    if locked.is_being_built:
        raise TableInUseError(f"“{locked}” is being built. Delete it when that has ended.")
    if locked.versions.filter(pk__in=usage.pinned_versions()).exists():
        raise TableInUseError(f"A send or a run still reads “{locked}”. Delete it when that has ended.")
    folder = storage.table_folder(locked)
    record(action="table:deleted", subject=locked, actor=actor)
    locked.delete()
    transaction.on_commit(partial(storage.remove_folder, folder))


def require_unused(table: Table, actor: User, way_out: str) -> None:
    """Raises TableInUseError when anything names the table; says what, as far as the actor may know."""
    every = usage.uses_of(table)
    if not every:
        return
    known = usage.uses_of(table, access_of(actor, table.tenant))
    named = [f"{use.kind.lower()} “{use.name}”" for use in known]
    unknown = ["something that you may not see"] if len(known) < len(every) else []
    raise TableInUseError(f"“{table}” is used by {', '.join(named + unknown)}. {way_out}")


def _ask_for_build(table: Table) -> None:
    building.note(table, Table.BuildStatus.WAITING)
    tasks.build_table.enqueue(table_id=table.pk)


def _require_derived(table: Table) -> None:
    if table.built_from_id is None:
        raise TableConflictError(f"“{table}” is not built from a query.")
