"""Columns called as Muster, the engine or SQL call something: they are columns like any other."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from customer360 import building, catalog, explorer, storage
from customer360.engine import INTERACTIVE, installed_engine
from customer360.errors import ImportFileError, TableConflictError
from customer360.imports.proposing import propose_import
from customer360.imports.services import import_file, start_import
from customer360.imports.spec import spec_of
from customer360.models import Import, Query, Table
from customer360.rewriting import change_semantic
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tenants.models import Tenant

pytestmark = pytest.mark.django_db

OURS = (
    *("position", "Position", "first_position", "fault", "found", "rows", "deleted", "staged", "incoming"),
    *("present", "present0", "kept0", "repeated", "left_out", "explored", "built", "result", "tenant_id"),
)
OTHERS = (
    *("select", "FROM", "order by", "count(*)", "NULL", "*", "a.b", "a;b", 'a"b', "a'b", "a\\b", "🎯 goal", "é"),
    *("x" * 200, "x" * 199 + "y", "rowid", "filename", "main", "true", "%s", "{name}", "<b>"),
)
ADDRESSES = ("email", "EMAIL", "email__email", "Email__Email_Reason")
HEADER = ("id", *OURS, *OTHERS, *ADDRESSES)


@pytest.fixture(autouse=True)
def in_acme(acme: Tenant) -> Iterator[None]:
    with tenant_scope(acme):
        yield


def row(key: str, value: str) -> list[str]:
    return [key, *[value] * (len(HEADER) - 1 - len(ADDRESSES)), f"{value}@example.com", "", "mine", "fine"]


def imported(rows: Sequence[Sequence[str]], mode: Import.Mode, key: str = "id") -> Table:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    path = storage.new_upload("hostile.csv")
    path.write_text(text.getvalue())
    table = Table.objects.filter(name="Hostile").first()
    import_file(source=path, table_name="Hostile", mode=mode, key_column=table.key_column if table else key)
    return Table.objects.get(name="Hostile")


def everything(table: str = "Hostile") -> list[tuple[object, ...]]:
    with installed_engine().open_session(catalog.current_relations(), limits=INTERACTIVE) as session:
        return sorted(session.rows(exp.select("*").from_(table)), key=str)


@pytest.mark.parametrize("key", ["position", pytest.param("first_position", marks=pytest.mark.long)])
def test_rows_come_in_and_are_replaced_whatever_their_columns_are_called(key: str) -> None:
    imported([row("1", "a"), row("2", "b"), row("3", "b"), row("", "c"), row("4", "d")], Import.Mode.REPLACE, key)
    table = imported([row("2", "b"), row("5", "e")], Import.Mode.UPSERT)
    table = imported([row("5", "e"), row("6", "f")], Import.Mode.APPEND)
    names = list(table.columns.filter(companion_of="").values_list("name", flat=True))
    assert names[: 1 + len(OURS) + len(OTHERS)] == ["id", *_different(OURS), *OTHERS]
    assert names[-4:] == ["email", "EMAIL_2", "email__email_2", "Email__Email_Reason_2"]
    by_first = {str(found[0]): found for found in everything()}
    assert len(everything()) == len(by_first) == table.current_version.row_count
    assert set(by_first) == {"1", "2", "None", "4", "5", "6"}
    places = table.current_version.manifest.columns
    address, own = places.index("email__email"), places.index("email__email_2")
    assert (by_first["5"][address], by_first["5"][own]) == ("e@example.com", "mine")


def test_pages_and_derived_tables_show_them_all() -> None:
    table = imported([row("1", "a"), row("2", "b")], Import.Mode.REPLACE)
    columns = list(table.columns.filter(companion_of=""))
    shown = {column.name for column in columns if not column.is_pii}
    assert len(explorer.facts(table, columns)) == len(explorer.sample(table, columns, redact=True)[0])
    assert set(explorer.examples(table, columns, redact=True)) == shown
    query = Query.objects.create(name="All", sql="SELECT * FROM Hostile", status=Query.Status.ACTIVE)
    building.build_table(table=building.create_derived_table(query=query, name="Copy", key_column="position"))
    assert everything("Copy") == everything()


@pytest.mark.long
def test_a_thousand_columns_are_a_table_that_can_be_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{n}" for n in range(1_000)) + "\n" + ",".join("1" * 1_000) + "\n")
    import_file(source=path, table_name="Wide")
    table = Table.objects.get(name="Wide")
    facts = explorer.facts(table, list(table.columns.all()))
    assert (len(facts), facts["c999"].greatest) == (1_000, "1")


@pytest.mark.long
def test_a_parquet_file_keeps_its_names_but_for_those_of_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "hostile.parquet"
    names = [name for name in HEADER if name not in {"Position", "EMAIL"}]
    pq.write_table(pa.table({name: ["1", "2", "2"] for name in names}), path)
    ended = import_file(source=path, table_name="Hostile", key_column="position")
    assert (ended.row_count, ended.reject_count) == (2, 1)
    pq.write_table(pa.table({"File_Row_Number": [1]}), path)
    with pytest.raises(ImportFileError, match="Muster itself needs the name"):
        propose_import(source=path, file_name="hostile.parquet")


def test_names_of_muster_are_refused_where_somebody_chooses_them(tmp_path: Path) -> None:
    table = imported([row("1", "a")], Import.Mode.REPLACE)
    path = tmp_path / "people.csv"
    path.write_text("email,verdict,file_row_number\na@example.com,x,1\n")
    proposed = propose_import(source=path, file_name="people.csv")
    spec = spec_of(proposed)
    assert [column.name for column in spec.columns] == ["email", "verdict", "file_row_number_2"]
    for name in ("email__EMAIL", "File_Row_Number"):
        bad = spec.with_columns(
            column.model_copy(update={"name": name}) if column.name == "verdict" else column
            for column in spec.columns
        )
        with pytest.raises(TableConflictError, match=f"Muster itself needs the name “{name}”"):
            start_import(import_=proposed, spec=bad, mode=Import.Mode.REPLACE, table_name="People")
    query = Query.objects.create(
        name="Fake", sql="SELECT email, id AS email__email FROM Hostile", status=Query.Status.ACTIVE
    )
    with pytest.raises(TableConflictError, match="“email__email”"):
        building.create_derived_table(query=query, name="Fake")
    table.columns.filter(name="email__email_2").update(name="EMAIL_2__email")
    with pytest.raises(TableConflictError, match="“EMAIL_2__email”"):
        change_semantic(column_id=table.columns.get(name="EMAIL_2").pk, semantic="email")


def _different(names: Sequence[str]) -> list[str]:
    """As an import calls columns whose names differ only in their case."""
    return ["Position_2" if name == "Position" else name for name in names]
