"""The proof of lineage: personal data may change as it likes, what is not marked stays as it is."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings

from customer360.engine import JOB, ArrowRelation, DuckDBEngine
from customer360.errors import QueryRefusedError
from customer360.sql.checking import CheckedQuery, checked
from tests.customer360.sql.queries import TABLES, queries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from customer360.engine import EngineSession

PEOPLE = pa.table(
    {
        "k": [1, 2, 3, 4],
        "n": [1, 3, None, 3],
        "land": ["a", "b", None, "a"],
        "email": ["a", "ab", None, "b"],
        "age": [1, 2, 3, None],
    }
)
DEALS = pa.table(
    {
        "k": [1, 1, 2, 9],
        "amount": [1, 2, 3, None],
        "place": ["a", None, "b", "ab"],
        "kind": ["a", "b", "x", None],
    }
)

OTHER_VALUES: list[dict[str, dict[Any, object]]] = [
    {
        "email": {"a": "b", "ab": "a", "b": "ab"},
        "age": {1: 5, 2: 1, 3: 2},
        "place": {"a": "x", "b": "a", "ab": "b"},
    },
    {
        "email": {"a": "x", "ab": "y", "b": "a"},
        "age": {1: 3, 2: 2, 3: 1},
        "place": {"a": "ab", "b": "x", "ab": "a"},
    },
    {
        "email": {"a": "b", "ab": "x", "b": "a"},
        "age": {1: 9, 2: 8, 3: 7},
        "place": {"a": "zz", "b": "y", "ab": "x"},
    },
]
"""For the columns of personal data: different values stay different, missing ones missing."""


def changed(rows: pa.Table, values: Mapping[str, Mapping[Any, object]]) -> pa.Table:
    for position, name in enumerate(rows.column_names):
        if name in values:
            column = [values[name].get(value) for value in rows.column(name).to_pylist()]
            rows = rows.set_column(position, name, pa.array(column, rows.schema.field(name).type))
    return rows


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[EngineSession]]:
    """The same tables, each time with other personal data."""
    engine = DuckDBEngine(tmp_path_factory.mktemp("engine"))
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                engine.open_session(
                    {
                        "people": ArrowRelation(changed(PEOPLE, values)),
                        "deals": ArrowRelation(changed(DEALS, values)),
                    },
                    limits=JOB,
                )
            )
            for values in ({}, *OTHER_VALUES)
        ]


def unmarked(query: CheckedQuery, session: EngineSession) -> Counter[tuple[object, ...]]:
    """The rows of the result, with the columns only that are not marked as personal data."""
    places = [place for place, column in enumerate(query.columns) if not column.is_pii]
    return Counter(tuple(row[place] for place in places) for row in session.rows(query.query))


def assert_unmarked_is_independent(statement: str, sessions: list[EngineSession]) -> None:
    query = checked(statement, TABLES)
    assume(not query.chosen_by.is_pii)
    assume(not all(column.is_pii for column in query.columns))
    first, *others = [unmarked(query, session) for session in sessions]
    assert others == [first] * len(others)


@settings(max_examples=12, deadline=None)
@given(statement=queries())
def test_what_is_not_marked_does_not_depend_on_personal_data(
    sessions: list[EngineSession], statement: str
) -> None:
    assert_unmarked_is_independent(statement, sessions)


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(statement=queries())
def test_what_is_not_marked_does_not_depend_on_personal_data_in_many_queries(
    sessions: list[EngineSession], statement: str
) -> None:
    assert_unmarked_is_independent(statement, sessions)


def assert_restricted_people_get_the_same_of_the_rest(statement: str, sessions: list[EngineSession]) -> None:
    try:
        restricted = checked(statement, TABLES, restricted_pii=True)
    except QueryRefusedError:
        assume(False)
    whole = checked(statement, TABLES)
    assert [column.is_pii for column in restricted.columns] == [column.is_pii for column in whole.columns]
    assert unmarked(restricted, sessions[0]) == unmarked(whole, sessions[0])
    assert unmarked(restricted, sessions[1]) == unmarked(whole, sessions[0])


@settings(max_examples=6, deadline=None)
@given(statement=queries())
def test_who_may_not_see_personal_data_gets_the_same_of_the_rest(
    sessions: list[EngineSession], statement: str
) -> None:
    assert_restricted_people_get_the_same_of_the_rest(statement, sessions)


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(statement=queries())
def test_who_may_not_see_personal_data_gets_the_same_of_the_rest_in_many_queries(
    sessions: list[EngineSession], statement: str
) -> None:
    assert_restricted_people_get_the_same_of_the_rest(statement, sessions)
