from __future__ import annotations

import logging

import pytest

from customer360.errors import QueryRefusedError
from customer360.sql import limits
from customer360.sql.checking import checked
from tests.customer360.sql.corpus import entries
from tests.customer360.sql.shop import TABLES

REFUSED = [*entries("refused"), *entries("hostile")]


def first_problem(text: str, *, restricted_pii: bool = False) -> str:
    with pytest.raises(QueryRefusedError) as refused:
        checked(text, TABLES, restricted_pii=restricted_pii)
    problem = refused.value.problems[0]
    return f"{problem.line}:{problem.column} {problem.message}"


@pytest.mark.parametrize(("statement", "problem"), REFUSED)
def test_a_query_is_refused_with_the_place_and_the_reason(statement: str, problem: str) -> None:
    assert first_problem(statement).startswith(problem)


def test_no_part_of_a_query_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for statement, _ in REFUSED:
            with pytest.raises(QueryRefusedError):
                checked(statement, TABLES)
    said = [record.getMessage() for record in caplog.records]
    assert [message for message in said if "SELECT" in message or "x" in message.split()] == []


def nested(opening: str, core: str, closing: str) -> str:
    return "SELECT " + opening * 400 + core + closing * 400 + " FROM Orders"


@pytest.mark.parametrize(
    "bomb",
    [
        nested("(", "1", ")"),
        nested("lower(", "order_id", ")"),
        nested("CASE WHEN units = 1 THEN ", "1", " END"),
        nested("CASE units WHEN ", "1", " THEN 1 END"),
        nested("NOT ", "true", ""),
        nested("- ", "units", ""),
        nested("(SELECT ", "1", ")"),
        nested("CAST(", "units", " AS TEXT)"),
        nested("", "units", "::text"),
        nested("", "units", " IS NULL"),
        nested("[", "1", "]"),
        nested("units IN (", "1", ")"),
        nested("INTERVAL ", "1", " DAY"),
        "SELECT * FROM " + "(SELECT * FROM " * 400 + "Orders" + ") s" * 400,
        "SELECT * FROM " + "(" * 400 + "Orders" + ")" * 400,
        "SELECT " + "units + " * 2000 + "1 FROM Orders",
        "SELECT units FROM Orders WHERE " + " OR ".join(f"units = {n}" for n in range(2000)),
        "SELECT order_id " + "|| order_id " * 2000 + "FROM Orders",
        " UNION ALL ".join(["SELECT 1"] * 400),
        " UNION ALL ".join(["(SELECT 1)"] * 60),
        "SELECT 1 FROM " + ", ".join(f"Orders o{n}" for n in range(100)),
        "SELECT units FROM Orders WHERE " + " AND ".join(["units > (SELECT count(*) FROM Orders)"] * 80),
        "SELECT units IN (" + ", ".join(map(str, range(20_000))) + ") FROM Orders",
        "SELECT '" + "x" * limits.CHARACTERS + "'",
        "SELECT 1 AS a0" + "".join(f", a{n} + a{n} AS a{n + 1}" for n in range(60)),
        "SELECT order_id AS a0" + "".join(f", concat(a{n}, a{n}) AS a{n + 1}" for n in range(60)) + " FROM Orders",
        "WITH c0 AS (SELECT * FROM Orders)"
        + "".join(f", c{n + 1} AS (SELECT * FROM c{n} a, c{n} b)" for n in range(25))
        + " SELECT * FROM c25",
        "SELECT " + ", ".join(["*"] * 1000) + " FROM Orders",
        "SELECT lpad(order_id, 2000000000, 'x') FROM Orders",
        "SELECT rpad(order_id, units, 'x') FROM Orders",
        "SELECT replace(lpad('', 900, 'x'), 'x', lpad('', 900, 'y')) FROM Orders",
        "WITH a AS (SELECT "
        + "||".join(["order_id"] * 200)
        + " AS s FROM Orders) SELECT "
        + "||".join(["s"] * 200)
        + " AS s FROM a",
        "SELECT s || s || s FROM (SELECT string_agg(order_id, '') AS s FROM Orders) AS joined",
        "SELECT " + "||".join(["string_agg(order_id, '')"] * 3) + " AS s FROM Orders",
        "SELECT " + ", ".join(f"'{n}' || string_agg(order_id, '') AS s{n}" for n in range(3)) + " FROM Orders",
        "SELECT replace(string_agg(order_id, ''), 'a', 'bbb') AS s FROM Orders",
        "SELECT length("
        + "||".join(["s"] * 250)
        + ") FROM (SELECT "
        + "||".join(["'" + "x" * 99 + "'"] * 290)
        + "||order_id AS s FROM Orders) AS long",
        "SELECT concat_ws('" + "x" * 990 + "', " + ", ".join(["order_id"] * 290) + ") FROM Orders",
        "SELECT strftime(ordered_at, '" + "%c" * 20_000 + "') FROM Orders",
        "SELECT strftime('" + "%c" * 20_000 + "', ordered_at) FROM Orders",
        "SELECT strftime(ordered_at, concat('%c', ship_to)) FROM Orders",
        "SELECT " + ", ".join(f"replace(ship_to, 'a', '{'b' * 900}') AS s{n}" for n in range(20)) + " FROM Orders",
        "WITH a0 AS (SELECT order_id AS s FROM Orders)"
        + "".join(f", a{n + 1} AS (SELECT s || s || '{'x' * 60}' AS s FROM a{n})" for n in range(12))
        + " SELECT s FROM a12",
        "SELECT 1 AS a0"
        + "".join(f", CASE WHEN (a{n} + 1) = 1 THEN (SELECT a{n}) END AS a{n + 1}" for n in range(40)),
        "SELECT 1 ORDER BY " + "1" * 5000,
        f"SELECT lpad(order_id, {'1' * 5000}, 'x') FROM Orders",
        "SELECT 1 \0",
        "(" * 5000,
        "SELECT " + "," * 5000,
        "WITH " * 2000,
        "SELECT CASE " * 2000,
        "SELECT /*" * 2000,
        '"' * 4999,
    ],
    ids=lambda bomb: f"{bomb[:30]}… {len(bomb)}",
)
def test_a_query_that_would_cost_too_much_is_refused_before_it_costs(bomb: str) -> None:
    assert first_problem(bomb)
