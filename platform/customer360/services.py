"""Changes to tables and their versions."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from django.db import transaction

from customer360 import storage, usage
from customer360.errors import TableConflictError
from customer360.manifest import Manifest, ManifestFile
from customer360.models import Column, Table, TableVersion
from runtime import clock
from tenants.names import claim_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from customer360.engine import DataType
    from customer360.semantics import Semantic

KEPT_VERSIONS = 3
"""How many unpinned versions are kept, including the current one."""

BEING_WRITTEN = 24 * 3600
"""A file younger than this, in seconds by the file system's clock, may belong to an unpublished version."""


@dataclass(frozen=True, slots=True)
class ColumnDraft:
    name: str
    type: DataType
    semantic: str = ""
    is_pii: bool = True
    not_for_activation: bool = False
    companion_of: str = ""

    def marked_like(self, column: Column) -> Self:
        """The draft with the column's marks added, and with its meaning if the draft has none."""
        return replace(
            self,
            semantic=self.semantic or column.semantic,
            is_pii=self.is_pii or column.is_pii,
            not_for_activation=self.not_for_activation or column.not_for_activation,
        )


def draft_of(column: Column) -> ColumnDraft:
    """An equivalent draft of the column."""
    return ColumnDraft(
        column.name,
        column.data_type,
        column.semantic,
        column.is_pii,
        column.not_for_activation,
        column.companion_of,
    )


@transaction.atomic
def create_table(
    *,
    name: str,
    columns: Sequence[ColumnDraft],
    role: Table.Role = Table.Role.OTHER,
    key_column: str = "",
    description: str = "",
) -> Table:
    """Creates a table without rows. Raises TableConflictError when the name is taken or the key is no column."""
    require_free_name(name)
    if key_column and key_column not in {column.name for column in columns}:
        raise TableConflictError(f"The key “{key_column}” is not one of the columns.")
    require_free_role(role)
    table = Table(name=name, role=role, key_column=key_column, description=description)
    table.full_clean(exclude=["tenant", "current_version", "built_from"])
    table.save()
    set_columns(table=table, columns=columns)
    return table


def require_free_name(name: str) -> None:
    """Raises TableConflictError when a table has this name, ignoring case."""
    claim_names(Table)
    if Table.objects.filter(name__iexact=name).exists():
        raise TableConflictError(
            f"There is a table “{name}” already. Choose another name, or import into that one."
        )


def require_free_role(role: str, table: Table | None = None) -> None:
    """Raises TableConflictError when another table already holds the orders."""
    if role != Table.Role.ORDERS:
        return
    claim_names(Table)
    other = Table.objects.orders().exclude(pk=table.pk if table else None).first()
    if other is not None:
        raise TableConflictError(
            f"“{other}” holds the orders already, and purchases are computed from one table only. Choose “Other” "
            f"here, or say first that “{other}” holds something else."
        )


@transaction.atomic
def keep_table(
    *,
    name: str,
    columns: Mapping[str, DataType],
    key: str = "",
    semantics: Mapping[str, Semantic] = MappingProxyType({}),
) -> Table:
    """The table that Muster itself writes under this name, created on the first call; its columns hold no PII."""
    existing: Table | None = Table.objects.filter(name=name).first()
    if existing is not None:
        return existing
    drafts = [
        ColumnDraft(column, kind, semantics.get(column, ""), is_pii=False) for column, kind in columns.items()
    ]
    table = create_table(name=name, columns=drafts, key_column=key, description="Kept by Muster.")
    table.kept_by_muster = True
    table.save(update_fields=["kept_by_muster"])
    return table


@transaction.atomic
def set_columns(*, table: Table, columns: Sequence[ColumnDraft]) -> None:
    """Gives the table exactly these columns, in this order."""
    Column.objects.filter(table=table).exclude(name__in=[column.name for column in columns]).delete()
    Column.objects.bulk_create(
        [Column(table=table, position=position, **asdict(draft)) for position, draft in enumerate(columns)],
        update_conflicts=True,
        unique_fields=["tenant", "table", "name"],
        update_fields=["position", *(each.name for each in fields(ColumnDraft) if each.name != "name")],
    )


@dataclass(frozen=True, slots=True)
class Ancestry:
    """Where a version's rows come from: for a derived table, `inputs` (versions by table name) and its query.

    `data_of` is the time of the data; None means the version's own time.
    """

    inputs: Mapping[str, int] = field(default_factory=dict)
    sql: str = ""
    data_of: datetime | None = None

    @classmethod
    def of(cls, version: TableVersion) -> Self:
        return cls(version.inputs, version.built_sql, version.data_of)


NEWLY_COME = Ancestry()


@transaction.atomic
def publish_version(
    *,
    table: Table,
    manifest: Manifest,
    row_count: int,
    origin: str = "",
    ancestry: Ancestry = NEWLY_COME,
) -> TableVersion:
    """New readers see this manifest; readers that have begun keep what they read."""
    locked = Table.objects.select_for_update().get(pk=table.pk)
    last = locked.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = TableVersion.objects.create(
        table=locked,
        number=last + 1,
        manifest_data=manifest.model_dump(mode="json"),
        row_count=row_count,
        origin=origin,
        inputs=dict(ancestry.inputs),
        built_sql=ancestry.sql,
        data_of=ancestry.data_of or clock.now(),
    )
    locked.current_version = version
    locked.save(update_fields=["current_version"])
    table.current_version = version
    _forget_old_versions(locked)
    return version


@transaction.atomic
def append_file(*, table: Table, path: Path, row_count: int, origin: str = "") -> TableVersion:
    """A version that adds the rows of `path`, a file in the table's folder, after the existing ones."""
    locked = Table.objects.select_for_update(of=("self",)).select_related("current_version").get(pk=table.pk)
    file = ManifestFile(name=storage.name_of(path), rows=row_count)
    current = locked.current_version
    if current is None:
        names = tuple(locked.columns.values_list("name", flat=True))
        manifest = Manifest(columns=names, files=(file,))
    else:
        manifest = current.manifest.with_file(file)
    before = current.row_count if current else 0
    return publish_version(table=locked, manifest=manifest, row_count=before + row_count, origin=origin)


@transaction.atomic
def replace_file(*, table: Table, file: Path, path: Path, origin: str = "") -> TableVersion | None:
    """A version in which `path` replaces `file`, with the same number of rows and other values.

    None when the current version no longer has that file.
    """
    locked = Table.objects.select_for_update(of=("self",)).select_related("current_version").get(pk=table.pk)
    name, current = storage.name_of(file), locked.current_version
    if current is None or name not in current.manifest.file_names:
        return None
    manifest = current.manifest.with_renamed(name, storage.name_of(path))
    return publish_version(table=locked, manifest=manifest, row_count=current.row_count, origin=origin)


def _forget_old_versions(table: Table) -> None:
    """Keeps the pinned versions and the last few others; housekeeping removes the files of the rest."""
    unpinned = table.versions.exclude(pk__in=usage.pinned_versions()).order_by("-number")
    old = list(unpinned.values_list("pk", flat=True)[KEPT_VERSIONS:])
    TableVersion.objects.filter(pk__in=old).delete()


def remove_unused_files(table: Table) -> int:
    """Removes files that no version of the table refers to; returns how many."""
    named = {name for version in table.versions.all() for name in version.manifest.file_names}
    return storage.remove_all_but(table, named, older_than=time.time() - BEING_WRITTEN)
