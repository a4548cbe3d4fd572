from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from customer360.engine import JOB, ArrowRelation, DuckDBEngine
from customer360.engine.errors import EngineQueryError
from customer360.errors import QueryRefusedError
from customer360.sql.checking import checked
from tests.customer360.sql.corpus import entries
from tests.customer360.sql.data import ROWS
from tests.customer360.sql.queries import TABLES as PEOPLE
from tests.customer360.sql.shop import TABLES
from tests.customer360.sql.test_refused import first_problem

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("statement", "expected"), entries("restricted"))
def test_personal_data_may_be_named_but_decides_nothing(statement: str, expected: str) -> None:
    try:
        query = checked(statement, TABLES, restricted_pii=True)
    except QueryRefusedError:
        assert first_problem(statement, restricted_pii=True).startswith(expected)
    else:
        assert ", ".join(column.name + "*" * column.is_pii for column in query.columns) == expected


def test_no_expression_over_personal_data_is_computed(tmp_path: Path) -> None:
    """An error that comes for some values and not for others would tell them."""
    relations = {name: ArrowRelation(rows) for name, rows in ROWS.items()}
    asked = [
        "SELECT CASE WHEN email LIKE 'a%' THEN CAST('x' AS INTEGER) END AS answer FROM Customer360",
        "SELECT CASE WHEN 'Ann' IN (SELECT given_name FROM Customer360) THEN CAST('x' AS INTEGER) END AS answer",
        "SELECT CASE max(email) WHEN 'dan@example.net' THEN CAST('x' AS INTEGER) END AS answer FROM Customer360",
        *(
            f"SELECT CASE WHEN {asking} THEN CAST('x' AS INTEGER) END AS answer FROM "
            f"(SELECT email AS e FROM Customer360 UNION ALL {others}) both"
            for asking in ("e LIKE 'a%'", "(SELECT e) LIKE 'a%'")
            for others in ("SELECT given_name FROM Customer360", "SELECT 'y'", "SELECT NULL")
        ),
        (
            "SELECT CASE WHEN count(DISTINCT e) = 3 THEN CAST('x' AS INTEGER) END AS answer FROM "
            "(SELECT email AS e FROM Customer360 UNION ALL SELECT 'ann@example.com') both"
        ),
        (
            "SELECT CASE WHEN e LIKE 'a%' THEN CAST('x' AS INTEGER) END AS answer FROM Customer360, "
            "LATERAL (SELECT email AS e UNION ALL SELECT 'y') both"
        ),
    ]
    with DuckDBEngine(tmp_path).open_session(relations, limits=JOB) as session:
        for statement in asked:
            with pytest.raises(EngineQueryError):
                session.rows(checked(statement, TABLES).query)
            restricted = checked(statement, TABLES, restricted_pii=True)
            assert set(session.rows(restricted.query)) == {(None,)}


def test_personal_data_is_not_made_another_type() -> None:
    ages = "SELECT age FROM people UNION ALL SELECT "
    assert checked(ages + "age FROM people", PEOPLE, restricted_pii=True).columns[0].is_pii
    for others in ("CAST(0.1 AS DECIMAL(38, 37))", "email FROM people", "n + 1 FROM people"):
        with pytest.raises(QueryRefusedError, match="You can't put among values of another type “age”"):
            checked(ages + others, PEOPLE, restricted_pii=True)
        assert checked(ages + others, PEOPLE).columns[0].is_pii


def test_a_table_whose_rows_personal_data_decided_is_not_read_and_passes_that_on() -> None:
    chosen = replace(TABLES["Orders"], name="Chosen", decided_by_pii=True)
    tables = {**TABLES, "Chosen": chosen}
    reading = [
        "SELECT order_id FROM Chosen",
        "SELECT count(*) AS number FROM Chosen",
        "SELECT country FROM Customer360 WHERE amperity_id IN (SELECT amperity_id FROM Chosen)",
        "WITH c AS (SELECT units FROM Chosen) SELECT o.units FROM Orders o LEFT JOIN c USING (units)",
        "SELECT units FROM Orders UNION ALL SELECT units FROM Chosen",
    ]
    for statement in reading:
        with pytest.raises(QueryRefusedError, match="Personal data decides which rows “Chosen” has"):
            checked(statement, tables, restricted_pii=True)
        assert checked(statement, tables).chosen_by.is_pii
    looked_up = checked("SELECT country, EXISTS (SELECT 1 FROM Chosen) AS any_one FROM Customer360", tables)
    assert [column.is_pii for column in looked_up.columns] == [False, True]
    assert not checked("SELECT order_id FROM Orders", tables).chosen_by.is_pii
