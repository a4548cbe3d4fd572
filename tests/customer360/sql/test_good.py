from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pytest

from customer360.engine import JOB, ArrowRelation, DataType, DuckDBEngine
from customer360.engine.interface import NUMBERS
from customer360.sql.checking import CheckedQuery, checked
from tests.customer360.sql.corpus import entries
from tests.customer360.sql.data import ROWS
from tests.customer360.sql.shop import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from customer360.engine import EngineSession

GOOD = entries("good")
STATEMENTS = [statement for statement, _ in GOOD]
NOW = datetime(2026, 1, 20, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineSession]:
    relations = {name: ArrowRelation(rows) for name, rows in ROWS.items()}
    with DuckDBEngine(tmp_path_factory.mktemp("engine")).open_session(relations, limits=JOB) as opened:
        yield opened


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, rows in ROWS.items():
            connection.register(name, rows)
        yield connection


@pytest.mark.parametrize(("statement", "columns"), GOOD)
def test_a_query_yields_these_columns_with_these_marks(statement: str, columns: str) -> None:
    assert ", ".join(marked(checked(statement, TABLES))) == columns


def test_what_runs_gives_the_rows_of_what_was_written(
    session: EngineSession, duck: duckdb.DuckDBPyConnection
) -> None:
    said_alike = [text for text in STATEMENTS if not re.search(r"(?i)current_|now\(|(select|distinct)\s*,", text)]
    differing = [
        statement
        for statement in said_alike
        if alike(session.rows(checked(statement, TABLES).query)) != alike(duck.execute(statement).fetchall())
    ]
    assert differing == []


def test_what_runs_can_be_checked_again_with_the_same_outcome() -> None:
    differing = []
    for statement in STATEMENTS:
        first = checked(statement, TABLES)
        second = checked(first.query.sql("duckdb"), TABLES)
        if (marked(first), origins(first)) != (marked(second), origins(second)):
            differing.append(statement)
    assert differing == []


def test_names_and_types_told_without_the_engine_are_the_engines(session: EngineSession) -> None:
    wrong: list[tuple[object, ...]] = []
    for statement in STATEMENTS:
        query = checked(statement, TABLES)
        of_engine = session.columns(query.at(NOW, UTC))
        assert [column.name for column in of_engine] == [column.name for column in query.columns]
        for ours, theirs in zip(query.columns, of_engine, strict=True):
            if ours.type not in {theirs.type, DataType.OTHER}:
                wrong.append((statement, ours.name, ours.type, theirs.type))
            if ours.is_number and theirs.type not in NUMBERS:
                wrong.append((statement, ours.name, "a number", theirs.type))
    assert wrong == []


def test_a_query_runs_as_of_a_moment_in_a_zone(session: EngineSession) -> None:
    query = checked("SELECT now() AS now, current_date AS day, current_timestamp = now() AS same", TABLES)
    (row,) = session.rows(query.at(NOW, UTC))
    assert [row[0], str(row[1]), row[2]] == [NOW, "2026-01-20", True]


def marked(query: CheckedQuery) -> list[str]:
    return [column.name + "*" * column.is_pii + "!" * column.not_for_activation for column in query.columns]


def origins(query: CheckedQuery) -> list[frozenset[tuple[str, str]]]:
    return [column.sources for column in query.columns]


def alike(rows: Iterable[tuple[object, ...]]) -> Counter[str]:
    """Rows without their order, with times of one zone said in one way."""
    return Counter(
        repr([value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value for value in row])
        for row in rows
    )


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT lpad(order_id, 12, '0') AS padded FROM Orders",
        "SELECT replace(replace(order_id, '-', ''), ' ', '_') AS plain FROM Orders",
        "SELECT string_agg(order_id, ', ') || '.' AS listed FROM Orders",
        " UNION ALL ".join(["SELECT order_id || '-' || order_id AS twice FROM Orders"] * 20),
    ],
)
def test_texts_may_be_joined_and_padded_as_people_do(statement: str) -> None:
    assert checked(statement, TABLES).columns
