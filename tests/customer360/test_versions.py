"""Versions are manifests of immutable files: readers keep what they began with, old ones go, pinned ones stay."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from customer360 import catalog, services, storage, usage
from customer360.engine import INTERACTIVE, DataType, installed_engine
from customer360.errors import NoSuchTableError, TableConflictError
from customer360.models import Table, TableVersion
from customer360.services import ColumnDraft
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tenants.models import Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_acme(acme: Tenant) -> Iterator[None]:
    with tenant_scope(acme):
        yield


@pytest.fixture
def numbers(in_acme: None) -> Table:
    return services.create_table(name="Numbers", columns=[ColumnDraft("n", DataType.INTEGER, is_pii=False)])


def file_with(table: Table, *values: int) -> Path:
    path = storage.new_file(table)
    pq.write_table(pa.table({"n": pa.array(values, pa.int64())}), path)
    return path


def append(table: Table, *values: int) -> TableVersion:
    return services.append_file(table=table, path=file_with(table, *values), row_count=len(values))


def read(versions: dict[str, int]) -> list[object]:
    with installed_engine().open_session(catalog.pinned_relations(versions), limits=INTERACTIVE) as session:
        return [n for (n,) in session.rows(exp.select("n").from_("Numbers").order_by("n"))]


def test_a_reader_keeps_the_version_it_began_with(numbers: Table) -> None:
    append(numbers, 1, 2)
    before = catalog.current_versions()
    version = append(numbers, 3)
    assert read(before) == [1, 2]
    assert read(catalog.current_versions()) == [1, 2, 3]
    assert (version.number, version.row_count) == (2, 3)


def test_old_versions_go_and_pinned_ones_stay(numbers: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    first = append(numbers, 1)
    monkeypatch.setattr(usage, "_pins", [lambda: [first.pk]])
    for value in range(2, 8):
        append(numbers, value)
    assert list(numbers.versions.values_list("number", flat=True)) == [7, 6, 5, 1]
    assert read({"Numbers": first.pk}) == [1]


def test_files_that_no_version_names_go_when_they_are_old(numbers: Table) -> None:
    append(numbers, 1)
    forgotten, in_the_making = file_with(numbers, 2), file_with(numbers, 3)
    os.utime(forgotten, (0, 0))
    assert services.remove_unused_files(numbers) == 1
    assert not forgotten.exists()
    assert in_the_making.exists()
    assert read(catalog.current_versions()) == [1]


def test_a_table_without_data_is_named(numbers: Table) -> None:
    with pytest.raises(NoSuchTableError, match="no data yet in Numbers"):
        catalog.current_versions(["Numbers"])
    assert catalog.current_versions() == {}


def test_a_pinned_version_that_is_gone_is_named(in_acme: None) -> None:
    with pytest.raises(NoSuchTableError, match="Numbers"):
        catalog.pinned_relations({"Numbers": 999_999})


def test_names_of_tables_are_taken_once_whatever_their_case(numbers: Table) -> None:
    with pytest.raises(TableConflictError, match="already"):
        services.create_table(name="NUMBERS", columns=[])


def test_a_key_must_be_a_column(in_acme: None) -> None:
    with pytest.raises(TableConflictError, match="not one of the columns"):
        services.create_table(name="People", columns=[], key_column="id")
    assert not Table.objects.filter(name="People").exists()


def test_a_table_that_muster_keeps_is_made_once(in_acme: None) -> None:
    made = services.keep_table(name="Kept", columns={"n": DataType.INTEGER})
    assert services.keep_table(name="Kept", columns={"n": DataType.INTEGER}) == made
    assert list(made.columns.values_list("name", "is_pii")) == [("n", False)]


def test_another_tenant_sees_no_table_and_another_folder(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        table = services.create_table(name="Numbers", columns=[ColumnDraft("n", DataType.INTEGER)])
        append(table, 1)
        versions, folder = catalog.current_versions(), storage.table_folder(table)
    with tenant_scope(globex):
        assert catalog.current_versions() == {}
        assert storage.table_folder(table) != folder
        with pytest.raises(NoSuchTableError):
            catalog.pinned_relations(versions)
