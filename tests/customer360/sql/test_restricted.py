from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from customer360.engine import JOB, ArrowRelation, DuckDBEngine
from customer360.engine.errors import EngineQueryError
from customer360.errors import QueryRefusedError
from customer360.sql.checking import checked
from tests.customer360.sql.corpus import entries
from tests.customer360.sql.data import ROWS
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
    ]
    with DuckDBEngine(tmp_path).open_session(relations, limits=JOB) as session:
        for statement in asked:
            with pytest.raises(EngineQueryError):
                session.rows(checked(statement, TABLES).query)
            restricted = checked(statement, TABLES, restricted_pii=True)
            assert set(session.rows(restricted.query)) == {(None,)}
