from __future__ import annotations

import pytest

from customer360.engine import DataType
from customer360.errors import QueryRefusedError
from customer360.sql.checking import checked
from customer360.sql.faults import Fault
from tests.customer360.sql.shop import TABLES


def problems(text: str, *, restricted_pii: bool = False) -> tuple[Fault, ...]:
    with pytest.raises(QueryRefusedError) as refused:
        checked(text, TABLES, restricted_pii=restricted_pii)
    return refused.value.problems


def test_the_sample_query_runs_as_it_is_printed() -> None:
    query = checked('SELECT\n,amperity_id AS "Amperity ID"\n,email AS "Email"\nFROM Customer360', TABLES)
    assert [(column.name, column.type, column.is_pii, column.semantic) for column in query.columns] == [
        ("Amperity ID", DataType.STRING, False, "pk"),
        ("Email", DataType.STRING, True, "email"),
    ]
    assert query.tables == {"Customer360"}
    assert query.notes == ("The comma straight after SELECT in line 2 was left out.",)


def test_what_is_computed_from_numbers_is_known_to_be_one() -> None:
    text = "SELECT amperity_id, SUM(units) AS units, ROUND(SUM(amount), 2) AS value FROM Orders GROUP BY 1"
    assert [column.is_number for column in checked(text, TABLES).columns] == [False, True, True]


def test_a_misspelled_column_is_named_with_its_place_and_the_likely_one() -> None:
    (problem,) = problems("SELECT amperity_id,\n       emial\nFROM Customer360")
    assert problem == Fault(2, 8, "There is no column “emial” in Customer360. Did you mean “email”?")


def test_all_misspelled_columns_are_told_at_once() -> None:
    found = problems("SELECT emial, contry FROM Customer360 WHERE valeu > 3")
    assert [(problem.line, problem.column) for problem in found] == [(1, 8), (1, 15), (1, 45)]
