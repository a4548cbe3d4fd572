"""What people do with derived tables: create one from a query, rebuild it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from audit.services import record
from customer360 import building, tasks
from customer360.errors import TableConflictError
from customer360.models import Table
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes

if TYPE_CHECKING:
    from accounts.models import User
    from customer360.models import Query


@dataclass(frozen=True, slots=True)
class TableDraft:
    """A derived table as someone wants it."""

    name: str
    description: str = ""
    role: Table.Role = Table.Role.OTHER
    key_column: str = ""


@transaction.atomic
def derive_table(*, query: Query, draft: TableDraft, actor: User, restricted_pii: bool = False) -> Table:
    """A table filled from the query now, and again whenever what it reads changes.

    Raises BuildError, TableConflictError, and QueryRefusedError: with `restricted_pii` also for a query that
    personal data decides, since its rows would reveal what may not be seen.
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
    """Builds a new version even if nothing has changed. Raises TableConflictError for a table not derived."""
    _require_derived(table)
    record(action="table:rebuilt", subject=table, actor=actor)
    _ask_for_build(table)


def _ask_for_build(table: Table) -> None:
    building.note(table, Table.BuildStatus.WAITING)
    tasks.build_table.enqueue(table_id=table.pk)


def _require_derived(table: Table) -> None:
    if table.built_from_id is None:
        raise TableConflictError(f"“{table}” is not built from a query.")
