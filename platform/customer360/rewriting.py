"""Rewrites the rows of a table: with other companions, or in fewer files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from django.db import transaction
from sqlglot import exp

from customer360 import companions, services, storage
from customer360.engine import JOB, FileRelation, installed_engine
from customer360.errors import TableConflictError
from customer360.interactive import open_interactive
from customer360.manifest import Manifest, ManifestFile
from customer360.models import Column, Table
from customer360.naming import require_free_names
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from customer360.models import TableVersion
    from customer360.services import ColumnDraft

ROWS = "rows"
MOST_FILES = 24
"""Each file costs a count some milliseconds; with this many a count takes hardly longer."""

SMALL = 0.2
"""Files with at most this share of all rows are folded."""


def require_unique_key(table: Table, key_column: str) -> None:
    """Raises TableConflictError when rows of the table share a value of this column, or have none."""
    if table.current_version is None or not key_column:
        return
    key = exp.column(key_column, quoted=True)
    counts = exp.select(
        exp.Count(this=exp.Star()), exp.Count(this=key), exp.Count(this=exp.Distinct(expressions=[key.copy()]))
    )
    relation = table.current_version.manifest.relation(storage.tenant_folder())
    with open_interactive({ROWS: relation}) as session:
        rows, with_key, keys = session.one(counts.from_(ROWS))
    if not rows == with_key == keys:
        raise TableConflictError(
            f"“{key_column}” can't be the key: {rows:,} rows have {keys:,} different values of it. Choose another."
        )


def change_semantic(*, column_id: int, semantic: str) -> TableVersion | None:
    """Gives the column this semantic, and adds or drops e-mail verdicts, in one new version.

    Raises TableConflictError when the table keeps changing meanwhile.
    """
    column = Column.objects.select_related("table__current_version").filter(pk=column_id).first()
    if column is None or column.semantic == semantic:
        return None
    return _rewritten(column.table, Meaning(column.name, semantic), origin="E-mail addresses checked")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column means from now on."""

    name: str
    semantic: str

    def columns(self, table: Table) -> tuple[ColumnDraft, ...]:
        """The table's columns as currently marked, with this meaning and its companions."""
        own = [services.draft_of(each) for each in table.columns.filter(companion_of="")]
        meant = [replace(draft, semantic=self.semantic) if draft.name == self.name else draft for draft in own]
        require_free_names({draft.name: draft.semantic for draft in meant})
        return tuple(companions.with_companions(meant))


def _rewritten(table: Table, meaning: Meaning, *, origin: str) -> TableVersion | None:
    version, columns = table.current_version, meaning.columns(table)
    if version is None:
        services.set_columns(table=table, columns=columns)
        return None
    present = frozenset(version.manifest.columns)
    file = write_rows(table, version.manifest.relation(storage.tenant_folder()), columns, present)
    with transaction.atomic():
        locked = Table.objects.select_for_update().get(pk=table.pk)
        if locked.current_version_id != version.pk:
            raise TableConflictError("The table changed while its rows were written. Do it again.")
        marked = meaning.columns(locked)
        if [column.name for column in marked] != [column.name for column in columns]:
            raise TableConflictError("The columns changed while the rows were written. Do it again.")
        services.set_columns(table=locked, columns=marked)
        manifest = Manifest(columns=tuple(column.name for column in columns), files=(file,))
        return services.publish_version(
            table=locked,
            manifest=manifest,
            row_count=file.rows,
            origin=origin,
            ancestry=services.Ancestry.of(version),
        )


def folded(table: Table, manifest: Manifest) -> Manifest:
    """The same rows in few files: once there are many, the small and mostly deleted ones are merged.

    The largest stay, so that a table with a hundred new rows an hour is not rewritten whole each day.
    """
    if len(manifest.files) < MOST_FILES:
        return manifest
    large = sum(file.rows for file in manifest.files) * SMALL
    kept = tuple(file for file in manifest.files if file.rows > large and not _is_mostly_deleted(file))
    other = manifest.model_copy(update={"files": tuple(file for file in manifest.files if file not in kept)})
    columns = [services.draft_of(column) for column in table.columns.all()]
    written = write_rows(table, other.relation(storage.tenant_folder()), columns, manifest.columns)
    return manifest.model_copy(update={"files": (*kept, written)})


def compact(table: Table) -> TableVersion | None:
    """A version with the same rows in few files, if the current one has many."""
    version = table.current_version
    if version is None or len(version.manifest.files) < MOST_FILES:
        return None
    manifest = folded(table, version.manifest)
    with transaction.atomic():
        locked = Table.objects.select_for_update().get(pk=table.pk)
        if locked.current_version_id != version.pk:
            return None  # the next run tries again
        return services.publish_version(
            table=locked,
            manifest=manifest,
            row_count=version.row_count,
            origin="Compacted",
            ancestry=services.Ancestry.of(version),
        )


def _is_mostly_deleted(file: ManifestFile) -> bool:
    return file.deletions is not None and pq.read_metadata(storage.path_of(file.name)).num_rows > 2 * file.rows


def write_rows(
    table: Table, relation: FileRelation, columns: Sequence[ColumnDraft], present: Collection[str]
) -> ManifestFile:
    """Writes the relation's rows as one new file of the table; companions not `present` are computed."""
    path = storage.new_file(table)
    zone = Tenant.objects.get(pk=require_tenant_id()).time_zone
    selected = [_value(column, present) for column in columns]
    pii = {column.name for column in columns if column.is_pii}
    with installed_engine().open_session({ROWS: relation}, limits=JOB, time_zone=zone) as session:
        rows = session.write(exp.select(*selected).from_(ROWS), path, pii=pii)
    return ManifestFile(name=storage.name_of(path), rows=rows)


def _value(column: ColumnDraft, present: Collection[str]) -> exp.Expr:
    if column.name in present:
        return exp.column(column.name, quoted=True)
    text = exp.cast(exp.column(column.companion_of, quoted=True), exp.DataType.Type.TEXT)
    return companions.computed(column.name, column.companion_of, text).as_(column.name, quoted=True)
