"""What a table and its columns mean, according to an operator: role, key, semantics, marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from audit.services import record
from customer360 import building, rewriting, services, tasks
from customer360.companions import address_column
from customer360.deleting import require_unused
from customer360.errors import MarksConflictError, TableConflictError
from customer360.lists import names_customers
from customer360.models import Column, Table
from customer360.naming import require_free_names
from customer360.semantics import Semantic
from tenants.names import claim_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Marks:
    """What a column means, and what may be done with it."""

    semantic: str = ""
    is_pii: bool = True
    not_for_activation: bool = False

    @classmethod
    def of(cls, column: Column) -> Marks:
        return cls(column.semantic, column.is_pii, column.not_for_activation)


@dataclass(frozen=True, slots=True)
class TableMarks:
    """A table's name and meaning, with the marks of its columns by name."""

    name: str
    description: str
    role: Table.Role
    key_column: str
    columns: Mapping[str, Marks]

    @classmethod
    def of(cls, table: Table) -> TableMarks:
        own = table.columns.filter(companion_of="")
        return cls(
            table.name,
            table.description,
            Table.Role(table.role),
            table.key_column,
            {column.name: Marks.of(column) for column in own},
        )

    def changes_from(self, other: TableMarks) -> dict[str, list[str]]:
        """The differences, by a name for people, as (before, after)."""
        found = {
            name: [str(before), str(after)]
            for name, before, after in (
                ("name", other.name, self.name),
                ("description", other.description, self.description),
                ("role", other.role, self.role),
                ("key", other.key_column, self.key_column),
            )
            if before != after
        }
        for name, marks in self.columns.items():
            before = other.columns.get(name, Marks())
            if marks != before:
                found[f"column {name}"] = [_said(before), _said(marks)]
        return found


def mark_table(
    *, table: Table, marks: TableMarks, revision: int, actor: User, restricted_pii: bool = False
) -> dict[str, list[str]]:
    """Sets the meaning of the table and its columns, also in derived tables; returns what has changed.

    A change of which columns hold e-mail addresses takes effect later, once the addresses have been checked.
    `restricted_pii` is for an actor who may not see personal data. Raises MarksConflictError when someone else has
    changed them since `revision`, and TableConflictError.
    """
    seen = Table.objects.select_related("current_version").get(pk=table.pk)
    if marks.key_column != seen.key_column:  # the rows are read before the table is locked
        _require_possible(seen, marks)
        rewriting.require_unique_key(seen, marks.key_column)
    return _mark(seen=seen, marks=marks, revision=revision, actor=actor, restricted_pii=restricted_pii)


@transaction.atomic
def _mark(
    *, seen: Table, marks: TableMarks, revision: int, actor: User, restricted_pii: bool
) -> dict[str, list[str]]:
    locked: Table = Table.objects.select_for_update().get(pk=seen.pk)
    if locked.revision != revision:
        raise MarksConflictError(
            "Someone else changed this table in the meantime. Compare the two and save again."
        )
    if marks.key_column != locked.key_column and locked.current_version_id != seen.current_version_id:
        raise MarksConflictError("New rows came in while the key was checked. Save again.")
    before = TableMarks.of(locked)
    changes = marks.changes_from(before)
    if not changes:
        return {}
    _require_possible(locked, marks)
    if marks.name != locked.name:
        _require_free(locked, marks.name, actor)
    if restricted_pii:
        _require_kept(marks, before)
    _apply(locked, marks, before)
    building.inherit_marks()
    record(action="table:marked", subject=locked, actor=actor, changes=changes)
    return changes


def _apply(table: Table, marks: TableMarks, before: TableMarks) -> None:
    table.name, table.description = marks.name, marks.description
    table.role, table.key_column = marks.role, marks.key_column
    table.revision += 1
    table.save(update_fields=["name", "description", "role", "key_column", "revision"])
    for name, said in marks.columns.items():
        own = Column.objects.get(table=table, name=name)
        if said.semantic != before.columns[name].semantic:
            _mean(own, said.semantic)
        marked = {"is_pii": said.is_pii, "not_for_activation": said.not_for_activation}
        # The normalised address is as personal as its original; the verdict on it never is.
        Column.objects.filter(table=table, name__in=[name, address_column(name)]).update(**marked)


def _mean(column: Column, semantic: str) -> None:
    if Semantic.EMAIL in {column.semantic, semantic} and column.table.current_version_id:
        tasks.change_semantic.enqueue(column_id=column.pk, semantic=semantic)
    else:
        Column.objects.filter(pk=column.pk).update(semantic=semantic)


def _require_possible(table: Table, marks: TableMarks) -> None:
    if table.kept_by_muster:
        raise TableConflictError(f"“{table}” is kept by Muster, which knows what it means.")
    semantics = [said.semantic for said in marks.columns.values()]
    if marks.key_column and marks.key_column not in marks.columns:
        raise TableConflictError(f"The key “{marks.key_column}” is not one of the columns.")
    require_free_names({name: said.semantic for name, said in marks.columns.items()})
    services.require_free_role(marks.role, table)
    if marks.role == Table.Role.CUSTOMER_PROFILES and not marks.key_column:
        raise TableConflictError("A table of customer profiles needs a key: choose its column.")
    if marks.role == Table.Role.LIST and not names_customers(semantics):
        raise TableConflictError(
            "A list names customers: give one column the meaning of their key or e-mail address."
        )
    if table.built_from_id:
        _require_inherited(table, marks)


def _require_free(table: Table, name: str, actor: User) -> None:
    """Queries and segments refer to a table by name, so it keeps its name while they do."""
    require_unused(table, actor, "What uses a table calls it by its name, so that must stay.")
    claim_names(Table)
    if Table.objects.filter(name__iexact=name).exclude(pk=table.pk).exists():
        raise TableConflictError(f"There is a table “{name}” already. Choose another name.")


def _require_kept(marks: TableMarks, before: TableMarks) -> None:
    """Someone who may not see personal data may not declare it non-personal."""
    bared = [name for name, said in marks.columns.items() if before.columns[name].is_pii and not said.is_pii]
    if bared:
        raise TableConflictError(
            f"“{bared[0]}” is personal data, which your access doesn't include. Ask someone who may see it."
        )


def _require_inherited(table: Table, marks: TableMarks) -> None:
    """Marks that a derived table has by lineage can be removed only at their source."""
    for name, draft in building.inherited(table).items():
        said = marks.columns.get(name)
        if said is None:
            continue
        if (draft.is_pii and not said.is_pii) or (draft.not_for_activation and not said.not_for_activation):
            raise TableConflictError(
                f"“{name}” is marked in a table that the query reads. Take the mark away there first."
            )
        if (said.semantic == Semantic.EMAIL) != (draft.semantic == Semantic.EMAIL):
            raise TableConflictError(
                f"Say in the table that the query reads whether “{name}” holds e-mail addresses."
            )


def _said(marks: Marks) -> str:
    words = [
        marks.semantic or "no meaning",
        *(["personal data"] if marks.is_pii else []),
        *(["not for activation"] if marks.not_for_activation else []),
    ]
    return ", ".join(words)
