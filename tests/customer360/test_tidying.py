"""Tables that grow by small files, and what lies about, are tidied up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from customer360 import catalog, rewriting, services, storage, tidying, usage
from customer360.engine import INTERACTIVE, DataType, installed_engine
from customer360.imports.proposing import propose_import
from customer360.imports.services import import_file
from customer360.models import Import, Table
from customer360.services import ColumnDraft
from runtime import clock
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

    from tenants.models import Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """A file of ten rows and three of one."""
    monkeypatch.setattr(rewriting, "MOST_FILES", 4)
    with tenant_scope(acme):
        made = services.create_table(name="T", columns=[ColumnDraft("id", DataType.INTEGER)], key_column="id")
        for ids in (range(10), [10], [11], [12]):
            path = storage.new_file(made)
            pq.write_table(pa.table({"id": pa.array(ids, pa.int64())}), path)
            services.append_file(table=made, path=path, row_count=len(ids))
        yield Table.objects.select_related("current_version").get()


def ids() -> list[int]:
    with installed_engine().open_session(catalog.current_relations(), limits=INTERACTIVE) as session:
        return [int(str(key)) for (key,) in session.rows(exp.select("id").from_(exp.to_table("T", quoted=True)))]


def test_small_files_become_one_and_large_ones_stay(table: Table) -> None:
    before = table.current_version
    tidying.tidy_up_here()
    table.refresh_from_db()
    files = table.current_version.manifest.files
    assert [file.rows for file in files] == [10, 3]
    assert files[0] == before.manifest.files[0]
    assert ids() == list(range(13))
    tidying.tidy_up_here()
    assert table.versions.first() == table.current_version  # nothing to do, so no new version


def test_an_import_folds_what_it_finds(table: Table) -> None:
    path = storage.new_upload("more.csv")
    path.write_text("id\n13\n" + "".join(f"{number}\n" for number in range(6)))
    import_file(source=path, table_name="T", mode=Import.Mode.UPSERT)
    table.refresh_from_db()
    # The large file has lost most of its rows: it is folded too.
    assert [file.rows for file in table.current_version.manifest.files] == [7, 7]
    assert sorted(ids()) == list(range(14))


def test_old_versions_go_but_for_those_that_something_reads(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    first = table.versions.get(number=2)  # of four, three stay
    monkeypatch.setattr(usage, "_pins", [lambda: [first.pk]])
    for number in (20, 21, 22):
        path = storage.new_file(table)
        pq.write_table(pa.table({"id": pa.array([number], pa.int64())}), path)
        services.append_file(table=table, path=path, row_count=1)
    assert sorted(table.versions.values_list("number", flat=True)) == [2, 5, 6, 7]
    kept = {name for version in table.versions.all() for name in version.manifest.file_names}
    stray = storage.new_file(table)
    stray.write_bytes(b"x")
    for path in storage.table_folder(table).iterdir():
        os.utime(path, (0, 0))
    services.remove_unused_files(table)
    assert {storage.name_of(path) for path in storage.table_folder(table).iterdir()} == kept


def test_what_nobody_confirms_goes(
    acme: Tenant, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with tenant_scope(acme):
        for name in ("a", "b"):
            path = storage.new_upload("a.csv")
            path.write_text("id\n1\n")
            os.utime(path, (0, 0))
            if name == "a":
                propose_import(source=path, file_name="a.csv")
        Import.objects.update(created_at=clock.now() - tidying.PROPOSALS_WAIT * 2)
        with django_capture_on_commit_callbacks(execute=True):
            tidying.tidy_up_here()
        assert Import.objects.get().status == Import.Status.CANCELLED
        assert storage.uploads() == []
