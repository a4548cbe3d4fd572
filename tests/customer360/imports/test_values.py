"""Values that fit, values that do not, and what is told of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer360 import storage
from customer360.engine import DataType, duckdb_sql
from customer360.imports import running, staging
from customer360.imports import services as imports
from customer360.imports.proposing import look_at, propose_import
from customer360.imports.spec import spec_of
from customer360.models import Import, Table
from tests.customer360.imports.people import imported, rejects_of, rows, upload

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.django_db


def test_a_time_without_a_zone_is_one_of_the_tenants_zone(people: Table) -> None:
    assert rows("seen") == [(datetime(2026, 6, 30, 11, tzinfo=UTC),), (datetime(2026, 6, 30, 12, tzinfo=UTC),)]


def test_a_row_that_does_not_fit_is_left_out_and_named_by_line(in_acme: None, tmp_path: Path) -> None:
    source = upload(
        "customer_id,age,name\n"
        + "".join(f"A{number},30,x\n" for number in range(10))
        + 'C1,30,"two\nlines"\nC2,old,x\nC3,30\n\nC4,30,x,y\n,30,x\nC1,31,x\nC5,32,x\n'
    )
    proposed = propose_import(source=source, file_name="people.csv")
    spec = spec_of(proposed)
    typed = spec.with_columns(
        column.model_copy(update={"type": DataType.INTEGER}) if column.name == "age" else column
        for column in spec.columns
    )
    started = imports.start_import(
        import_=proposed, spec=typed, mode=Import.Mode.REPLACE, table_name="People", key_column="customer_id"
    )
    ended = imports.run_import(import_id=started.pk)
    assert (ended.status, ended.row_count, ended.reject_count) == ("completed", 12, 5)
    assert rejects_of(ended) == [
        (14, "age", "wrong_type"),
        (15, "", "too_few_fields"),
        (17, "", "too_many_fields"),
        (18, "customer_id", "missing_key"),
        (19, "customer_id", "repeated_key"),
    ]
    assert rows("customer_id", "name")[-2:] == [("C1", "two\nlines"), ("C5", "x")]


def test_a_file_with_too_many_wrong_values_is_not_compared_with_the_table(
    people: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[object] = []
    monkeypatch.setattr(running, "_join", lambda *said: compared.append(said))
    path = storage.new_upload("more.parquet")
    pq.write_table(pa.table({"customer_id": ["C7", "C8", "C9"], "joined": ["x", "y", "2026-02-28"]}), path)
    proposed = propose_import(source=path, file_name="more.parquet", table=people)
    started = imports.start_import(
        import_=proposed, spec=spec_of(proposed), mode=Import.Mode.APPEND, table=people, reject_limit=1
    )
    ended = imports.run_import(import_id=started.pk)
    assert "More than 1 rows" in ended.problem
    assert [line for line, _, _ in rejects_of(ended)] == [1, 2]
    assert not compared


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_no_number_is_rounded_to_a_whole_one(in_acme: None, ending: str, tmp_path: Path) -> None:
    imported(tmp_path, "customer_id,visits\nC1,1\n")  # a column of whole numbers, by its first rows
    if ending == "csv":
        more = upload("customer_id,visits\nC2,1.5\nC2,2.0\nC3,3\nC4,x\nC5,99999999999999999999\nC6,25e-1\n")
        wrong = [2, 5, 6, 7]
    else:
        more = storage.new_upload("more.parquet")
        pq.write_table(pa.table({"customer_id": ["C2", "C2", "C3"], "visits": [1.5, 2.0, 3.0]}), more)
        wrong = [1]
    ended = imports.import_file(source=more, table_name="People", mode=Import.Mode.APPEND)
    assert rejects_of(ended) == [(line, "visits", "wrong_type") for line in wrong]
    assert rows("customer_id", "visits") == [("C1", 1), ("C2", 2), ("C3", 3)]  # C2 once: the other row is out


def test_a_point_beside_decimal_commas_is_not_taken_for_decimals(in_acme: None, tmp_path: Path) -> None:
    imported(tmp_path, "customer_id,visits\nC1,1\n")
    more = upload("customer_id;visits;paid\nC2;1.000;10,50\nC3;3;1,25\nC4;25E-1;1,25\nC5;2e3;1,25\n")
    ended = imports.import_file(source=more, table_name="People", mode=Import.Mode.APPEND)
    assert rejects_of(ended) == [(2, "visits", "wrong_type"), (4, "visits", "wrong_type")]
    assert rows("visits") == [(1,), (3,), (2000,)]


def test_no_row_is_lost_when_there_are_more_faults_than_can_be_told(
    in_acme: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (duckdb_sql, staging, running):
        monkeypatch.setattr(module, "MOST_FAULTS", 10)
    good = "customer_id,a,b,c\nG,2026-01-01,2026-01-01,2026-01-01\n"
    proposed = propose_import(source=upload(good), file_name="x.csv")
    storage.path_of(proposed.upload).write_text(good + "B,x,y,z\n" * 20)
    started = imports.start_import(
        import_=proposed,
        spec=spec_of(proposed),
        mode=Import.Mode.REPLACE,
        table_name="New",
        key_column="customer_id",
    )
    ended = imports.run_import(import_id=started.pk)
    assert ended.status == Import.Status.FAILED
    assert "At least 10 values do not fit" in ended.problem
    assert ended.reject_count < min(20, ended.reject_limit)  # not all that there are
    assert not Table.objects.filter(name="New").exists()


def test_too_many_rejects_stop_the_import_and_nothing_changes(people: Table) -> None:
    before = people.current_version_id
    proposed = propose_import(source=upload("customer_id,email\nC7,a\n,b\n,c\n"), file_name="x.csv")
    started = imports.start_import(
        import_=proposed, spec=spec_of(proposed), mode=Import.Mode.APPEND, table=people, reject_limit=1
    )
    ended = imports.run_import(import_id=started.pk)
    assert ended.status == Import.Status.FAILED
    assert "More than 1 rows" in ended.problem
    assert [line for line, _, _ in rejects_of(ended)] == [3, 4]
    people.refresh_from_db()
    assert people.current_version_id == before


def test_a_parquet_file_is_imported_with_its_types(in_acme: None, tmp_path: Path) -> None:
    path = storage.new_upload("people.parquet")
    table = pa.table(
        {
            "customer_id": ["C1", "C2", None, "C1"],
            "email": ["a@example.com", "x", "b@example.com", "c@example.com"],
            "seen": pa.array([datetime(2026, 6, 30, 12)] * 4, pa.timestamp("us")),  # noqa: DTZ001  it has no zone
            "tags": [["a"], [], None, ["b", "c"]],
        }
    )
    pq.write_table(table, path)
    ended = imports.import_file(source=path, table_name="People", key_column="customer_id")
    assert rejects_of(ended) == [(3, "customer_id", "missing_key"), (4, "customer_id", "repeated_key")]
    assert rows("customer_id", "email__email_reason", "seen", "tags") == [
        ("C1", None, datetime(2026, 6, 30, 11, tzinfo=UTC), "[a]"),
        ("C2", "no_at", datetime(2026, 6, 30, 11, tzinfo=UTC), "[]"),
    ]


def test_a_parquet_value_that_does_not_fit_the_table_is_rejected(people: Table) -> None:
    path = storage.new_upload("more.parquet")
    pq.write_table(pa.table({"customer_id": ["C8", "C9"], "joined": ["2026-02-30", "2026-02-28"]}), path)
    ended = imports.import_file(source=path, table_name="People", mode=Import.Mode.APPEND)
    assert rejects_of(ended) == [(1, "joined", "wrong_type")]
    assert rows("customer_id", "joined")[-1] == ("C9", date(2026, 2, 28))


def test_a_parquet_type_that_is_too_narrow_for_its_values_is_not_proposed(in_acme: None) -> None:
    path = storage.new_upload("numbers.parquet")
    numbers = {
        "money": pa.array([Decimal("10.5000000000")], pa.decimal128(38, 10)),
        "rate": pa.array([Decimal("1.2345678901")], pa.decimal128(38, 10)),
        "vast": pa.array([Decimal("12345678901234567890.5")], pa.decimal128(38, 10)),
        "id": pa.array([2**64 - 1], pa.uint64()),
        "tags": pa.array([["a", None]]),
    }
    pq.write_table(pa.table(numbers), path)
    look = look_at(path)
    assert [column.type for column in look.spec.columns] == ["decimal", "float", "float", "string", "string"]
    assert look.rows[0][-1] == "[a, NULL]"


def test_dates_of_a_brand_are_read_in_its_own_way(in_acme: None, tmp_path: Path) -> None:
    imported(tmp_path, "customer_id;joined;semantics\nC1;31/01/2026;x\nC2;01/02/2026;y\n")
    assert rows("joined") == [(date(2026, 1, 31),), (date(2026, 2, 1),)]


def test_numbers_are_read_with_the_decimal_sign_of_the_file(in_acme: None) -> None:
    text = (
        "customer_id;paid;rate;visits;told;tax\nC1;10,50;1.5;3;1,234;0,5\nC2;-7;2.25;4;5,678;1\n"
        "C3;1.000,50;1;5;9;0\n"
    )
    proposed = propose_import(source=upload(text.rpartition("C3")[0]), file_name="x.csv")
    storage.path_of(proposed.upload).write_text(text)
    spec = spec_of(proposed)
    assert [column.type for column in spec.columns[1:]] == ["decimal", "string", "integer", "string", "decimal"]
    imports.start_import(import_=proposed, spec=spec, mode=Import.Mode.REPLACE, table_name="People")
    ended = imports.run_import(import_id=proposed.pk)
    assert rows("paid", "rate") == [(Decimal("10.5000"), "1.5"), (Decimal("-7.0000"), "2.25")]
    assert rejects_of(ended) == [(4, "paid", "wrong_type")]
