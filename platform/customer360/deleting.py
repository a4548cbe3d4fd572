"""Deleting tables that nothing needs any more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import access_of
from audit.services import record
from customer360 import storage, usage
from customer360.errors import TableConflictError, TableInUseError
from customer360.imports.services import cancel_import
from customer360.models import Import, Table

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def delete_table(*, table: Table, actor: User, name: str = "") -> None:
    """Deletes the table, its versions and their files; the query it was built from, or its imports, stay.

    Imported rows can't be recovered, so `name` is the table's name as retyped by the person who deletes it. Raises
    TableInUseError, which names the uses that the actor may know of, and TableConflictError.
    """
    locked: Table = Table.objects.select_for_update().get(pk=table.pk)
    _require_meant(locked, name)
    require_unused(locked, actor, "Remove it there first.")
    _require_still(locked)
    folder = storage.table_folder(locked)
    record(action="table:deleted", subject=locked, actor=actor)
    for proposed in locked.imports.filter(status=Import.Status.PROPOSED):
        cancel_import(import_=proposed)
    locked.delete()
    transaction.on_commit(partial(storage.remove_folder, folder))


def require_unused(table: Table, actor: User, way_out: str) -> None:
    """Raises TableInUseError when anything uses the table, naming what the actor may know of."""
    every = usage.uses_of(table)
    if not every:
        return
    known = usage.uses_of(table, access_of(actor, table.tenant))
    raise TableInUseError(f"“{table}” is used by {usage.named(known, of=len(every))}. {way_out}")


def _require_meant(table: Table, name: str) -> None:
    if table.kept_by_muster:
        raise TableConflictError(f"“{table}” is kept by Muster, which needs it.")
    if not table.built_from_id and name.strip() != table.name:
        raise TableConflictError(f"“{table}” was not deleted: that is not its name. Type it exactly as shown.")


def _require_still(table: Table) -> None:
    """Requires that no one is filling or reading the table at this moment."""
    if table.is_being_built:
        raise TableInUseError(f"“{table}” is being built. Delete it when that has ended.")
    if any(each.is_under_way for each in table.imports.all()):
        raise TableInUseError(f"Rows are being imported into “{table}”. Delete it when that has ended.")
    if table.versions.filter(pk__in=usage.pinned_versions()).exists():
        raise TableInUseError(f"A send or a run still reads “{table}”. Delete it when that has ended.")
