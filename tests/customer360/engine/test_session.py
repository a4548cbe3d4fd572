from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp, parse_one

from customer360.engine import (
    INTERACTIVE,
    PII_METADATA,
    ArrowRelation,
    CsvFault,
    CsvFaultKind,
    CsvRelation,
    DataFile,
    DataType,
    DerivedRelation,
    DuckDBEngine,
    FileRelation,
    Limits,
    Relation,
    ResultColumn,
)
from customer360.engine.duckdb_engine import DuckDBSession
from customer360.engine.errors import (
    EngineError,
    EngineInterruptedError,
    EngineQueryError,
    EngineTimeoutError,
    UnknownFunctionError,
)

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = exp.select("*").from_("customers").order_by("id")


def select(sql: str) -> exp.Query:
    query = parse_one(sql, dialect="duckdb")
    assert isinstance(query, exp.Query)
    return query


def endless() -> ArrowRelation:
    return ArrowRelation(pa.table({"n": list(range(5_000))}))


ENDLESS = select("SELECT COUNT(*) FROM t AS a, t AS b, t AS c WHERE (a.n * b.n + c.n) % 7 = 1")


def test_a_relation_reads_as_a_table_under_its_name(engine: DuckDBEngine, customers: FileRelation) -> None:
    with engine.open_session({"customers": customers}, limits=INTERACTIVE) as session:
        assert session.rows(EVERYTHING) == [(1, "Ada"), (2, "Bo"), (3, "Cy")]
        assert session.rows(EVERYTHING, limit=1) == [(1, "Ada")]
        assert session.one(select("SELECT COUNT(*) FROM customers")) == (3,)


def test_columns_are_known_without_running_the_query(engine: DuckDBEngine, customers: FileRelation) -> None:
    query = select(
        "SELECT id AS \"Customer ID\", name, 1.5 AS d, DATE '2026-01-01' AS day, TRUE AS b FROM customers"
    )
    with engine.open_session({"customers": customers}, limits=INTERACTIVE) as session:
        assert session.columns(query) == [
            ResultColumn("Customer ID", DataType.INTEGER),
            ResultColumn("name", DataType.STRING),
            ResultColumn("d", DataType.DECIMAL),
            ResultColumn("day", DataType.DATE),
            ResultColumn("b", DataType.BOOLEAN),
        ]


def test_deleted_positions_are_left_out_and_later_files_are_added(
    engine: DuckDBEngine, customers: FileRelation, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"position": [1]}), tmp_path / "deletions.parquet")
    pq.write_table(pa.table({"name": ["Bea"], "id": [2]}), tmp_path / "delta.parquet")
    relation = FileRelation(
        (
            DataFile(customers.files[0].path, deletions=tmp_path / "deletions.parquet"),
            DataFile(tmp_path / "delta.parquet"),
        ),
        customers.columns,
    )
    with engine.open_session({"customers": relation}, limits=INTERACTIVE) as session:
        assert session.rows(EVERYTHING) == [(1, "Ada"), (2, "Bea"), (3, "Cy")]


def test_columns_may_be_called_as_the_engine_calls_its_own(engine: DuckDBEngine, tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"position": [7, 8], "rows": [1, 2], "deleted": ["a", "b"]}), tmp_path / "base.parquet"
    )
    pq.write_table(pa.table({"position": [0]}), tmp_path / "deletions.parquet")
    base = DataFile(tmp_path / "base.parquet")
    relation = FileRelation(
        (DataFile(base.path, deletions=tmp_path / "deletions.parquet"), base), ("position", "rows", "deleted")
    )
    query = select("SELECT * FROM customers ORDER BY rows")
    with engine.open_session({"customers": relation}, limits=INTERACTIVE) as session:
        assert session.rows(query) == [(7, 1, "a"), (8, 2, "b"), (8, 2, "b")]
        assert session.one(select("SELECT COUNT(*) FROM customers")) == (3,)


def test_a_relation_can_be_derived_from_another(engine: DuckDBEngine, customers: FileRelation) -> None:
    later = DerivedRelation(select("SELECT id FROM people WHERE id > 1"))
    relations: dict[str, Relation] = {"people": customers, "customers": later}
    with engine.open_session(relations, limits=INTERACTIVE) as session:
        assert session.rows(EVERYTHING) == [(2,), (3,)]


def test_a_text_file_is_read_by_its_form_and_its_faults_are_told_by_place(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("ID;columns;at\n007;'Bo; the\nfirst';31/03/2026 12:00\n8;x;soon\n9\n", encoding="utf-8")
    columns = (
        ResultColumn("id", DataType.STRING),
        ResultColumn("columns", DataType.STRING),
        ResultColumn("at", DataType.DATETIME),
    )
    relation = CsvRelation(path, columns, ";", "'", "'", datetime_format="%d/%m/%Y %H:%M")
    with engine.open_session({"customers": relation}, limits=INTERACTIVE, time_zone="Europe/London") as session:
        ((key, name, at),) = session.rows(EVERYTHING)
        assert (key, name) == ("007", "Bo; the\nfirst")
        assert at == datetime(2026, 3, 31, 11, tzinfo=UTC)
        start = path.read_text().index("8;x")
        assert session.faults() == [
            CsvFault(start, CsvFaultKind.WRONG_TYPE, "at"),
            CsvFault(start + 9, CsvFaultKind.TOO_FEW_FIELDS, "columns"),
            CsvFault(start + 9, CsvFaultKind.TOO_FEW_FIELDS, "at"),
        ]


def test_rows_can_be_told_apart_by_their_position(
    engine: DuckDBEngine, customers: FileRelation, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"position": [1]}), tmp_path / "deletions.parquet")
    file = DataFile(customers.files[0].path, deletions=tmp_path / "deletions.parquet")
    relation = FileRelation((file,), ("id",), position="place")
    with engine.open_session({"customers": relation}, limits=INTERACTIVE) as session:
        assert session.rows(EVERYTHING) == [(1, 0), (3, 2)]


def test_a_written_file_carries_its_pii_marks(
    engine: DuckDBEngine, customers: FileRelation, tmp_path: Path
) -> None:
    path = tmp_path / "results" / "rows.parquet"
    with engine.open_session({"customers": customers}, limits=INTERACTIVE) as session:
        assert session.write(EVERYTHING, path, pii={"name"}, metadata={"muster.kind": "it's"}) == 3
    stored = pq.read_schema(path).metadata
    assert json.loads(stored[PII_METADATA.encode()]) == ["name"]
    assert stored[b"muster.kind"] == b"it's"
    assert pq.read_table(path).num_rows == 3


def test_a_failed_write_leaves_no_file(engine: DuckDBEngine, customers: FileRelation, tmp_path: Path) -> None:
    path = tmp_path / "results" / "rows.parquet"
    broken = select("SELECT CAST(name AS INT) AS n FROM customers")
    with (
        engine.open_session({"customers": customers}, limits=INTERACTIVE) as session,
        pytest.raises(EngineQueryError),
    ):
        session.write(broken, path, pii=())
    assert not path.exists()


def test_batches_stream_the_whole_result(engine: DuckDBEngine, customers: FileRelation) -> None:
    with engine.open_session({"customers": customers}, limits=INTERACTIVE) as session:
        rows = [row for batch in session.batches(EVERYTHING, rows=2) for row in batch.to_pylist()]
    assert rows == [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}, {"id": 3, "name": "Cy"}]


def test_time_that_is_used_up_ends_the_statement(engine: DuckDBEngine) -> None:
    limits = Limits(memory_mib=256, threads=1, seconds=0.2)
    with engine.open_session({"t": endless()}, limits=limits) as session:
        with pytest.raises(EngineTimeoutError):
            session.one(ENDLESS)
        with pytest.raises(EngineTimeoutError):
            session.one(select("SELECT 1"))


def test_what_does_not_fit_into_memory_may_fill_so_much_of_the_disk(engine: DuckDBEngine) -> None:
    limits = Limits(memory_mib=64, threads=1, seconds=60, spill_mib=16)
    with engine.open_session({}, limits=limits) as session:
        assert isinstance(session, DuckDBSession)
        (most,) = session._connection.execute("SELECT current_setting('max_temp_directory_size')").fetchall()
    assert most == ("16.0 MiB",)


def test_an_interrupt_from_another_thread_ends_the_statement(engine: DuckDBEngine) -> None:
    with engine.open_session({"t": endless()}, limits=INTERACTIVE) as session:
        canceller = threading.Timer(0.1, session.interrupt)
        canceller.start()
        with pytest.raises(EngineInterruptedError):
            session.one(ENDLESS)
        canceller.join()


def test_a_function_outside_the_list_is_refused_before_it_runs(
    engine: DuckDBEngine, customers: FileRelation
) -> None:
    with engine.open_session({"customers": customers}, limits=INTERACTIVE) as session:
        for sql in ("SELECT RANDOM()", "SELECT some_udf(1)", "SELECT current_setting('threads')"):
            with pytest.raises(UnknownFunctionError):
                session.rows(select(sql))


def test_a_message_names_columns_but_never_values(engine: DuckDBEngine, customers: FileRelation) -> None:
    with engine.open_session({"customers": customers}, limits=INTERACTIVE) as session:
        with pytest.raises(EngineQueryError, match="surname"):
            session.rows(select("SELECT surname FROM customers WHERE name = 'Grace'"))
        with pytest.raises(EngineQueryError) as failure:
            session.rows(select("SELECT CAST(name AS INT) FROM customers"))
        assert "Ada" not in str(failure.value)


FAILURES = {
    "id // (id - 1)": "divides by zero",
    "(SELECT id FROM people)": "gives several rows",
    "STRPTIME(name, '%Y')": "the form that the query reads dates in",
    "STRFTIME(CAST('2026-01-01' AS DATE), '%Q')": "a letter after %",
    "CAST('2026-01-01' AS TIMESTAMPTZ) AT TIME ZONE name": "no such time zone",
    "DATE_TRUNC('moon', CAST('2026-01-01' AS DATE))": "no such part of a date",
    "id * 9223372036854775807": "too large",
    "name LIKE 'a' ESCAPE 'bc'": "one sign",
    "REGEXP_MATCHES(name, '(')": "regular expression",
    "REGEXP_MATCHES(name, CONCAT(name, '('))": "regular expression",
    "LPAD(name, 9, '')": "padded with is empty",
    "SUM(id) OVER (ORDER BY id ROWS BETWEEN id - 3 PRECEDING AND CURRENT ROW)": "can't be negative",
}


def test_a_query_that_fails_on_the_data_says_why_without_its_values(
    engine: DuckDBEngine, customers: FileRelation
) -> None:
    with engine.open_session({"people": customers}, limits=INTERACTIVE) as session:
        for expression, told in FAILURES.items():
            with pytest.raises(EngineQueryError, match=told) as failure:
                session.rows(select(f"SELECT {expression} AS value FROM people"))
            assert "Ada" not in str(failure.value)


def test_a_damaged_file_is_no_fault_of_the_query(engine: DuckDBEngine, customers: FileRelation) -> None:
    file = customers.files[0].path
    whole = file.read_bytes()
    damaged = {
        "texts": whole.replace(b"Ada", b"\xff\xfe\xfd"),
        "end": whole[:-4],
        "length": whole[:-8] + bytes(4) + whole[-4:],
        "nothing": b"",
    }
    for content in damaged.values():
        file.write_bytes(content)
        with (
            pytest.raises(EngineError, match="it is damaged") as failure,
            engine.open_session({"people": customers}, limits=INTERACTIVE) as session,
        ):
            session.rows(select("SELECT MAX(id), MAX(name) FROM people"))
        assert type(failure.value) is EngineError
