from __future__ import annotations

import random
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from accounts.access import Access
from customer360.engine import INTERACTIVE, ArrowRelation, DuckDBEngine
from segments.brackets import without_needless_brackets
from segments.comparisons import is_not_true
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, Join, MembershipCondition, QueryCondition, Rules, Section
from segments.viewing import view_sql
from tests.segments.world import A_QUERY, MOMENT, SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

CITY = AttributeCondition(attribute="city", operator=Operator.EXACTLY, values=("Rome",))
YOUNG = AttributeCondition(attribute="score", operator=Operator.LESS, values=("30",))
VIP = AttributeCondition(attribute="vip", operator=Operator.IS_TRUE)


def random_condition(chance: random.Random, depth: int) -> exp.Expr:
    """Brackets around every part, as the compiler puts them."""
    if depth == 0:
        return exp.column(chance.choice("abc"))
    parts = [random_condition(chance, depth - 1) for _ in range(chance.randint(1, 3))]
    combined = chance.choice((exp.and_, exp.or_))(*parts)
    return chance.choice((exp.paren, exp.not_, is_not_true, lambda part: exp.paren(exp.paren(part))))(combined)


def test_conditions_say_the_same_with_fewer_brackets(tmp_path: Path) -> None:
    chance = random.Random(4)  # noqa: S311 (the same conditions at every run)
    conditions = [random_condition(chance, 3) for _ in range(40)]
    tidied = [without_needless_brackets(exp.paren(condition.copy())).this for condition in conditions]
    rows = zip(*product((True, False, None), repeat=3), strict=True)
    truth = pa.table({name: pa.array(column, pa.bool_()) for name, column in zip("abc", rows, strict=True)})
    with DuckDBEngine(tmp_path).open_session({"truth": ArrowRelation(truth)}, limits=INTERACTIVE) as session:
        asked = [exp.select(*said).from_("truth") for said in (conditions, tidied)]
        before, after = (session.rows(query) for query in asked)
    assert before == after
    assert sum(str(each).count("(") for each in tidied) < sum(str(each).count("(") for each in conditions) / 2


def test_the_sql_has_as_many_brackets_as_it_needs() -> None:
    rules = Rules(
        include=Group(
            join=Join.ALL,
            sections=(
                Section(join=Join.ANY, conditions=(CITY, YOUNG)),
                Section(join=Join.ALL, conditions=(VIP, MembershipCondition(segment=1))),
            ),
        ),
        exclude=Group(sections=(Section(conditions=(CITY,)),)),
    )
    inner = Rules(include=Group(sections=(Section(join=Join.ALL, conditions=(VIP, YOUNG)),)))
    sql = view_sql(rules, SCHEMA, MOMENT, {1: inner}, access=Access(None, is_superuser=True))
    assert sql.partition("WHERE\n")[2].splitlines() == [
        "  (",
        """    "Customer 360"."city" = 'Rome' OR "Customer 360"."score" < 30""",
        "  )",
        '  AND "Customer 360"."vip" = TRUE',
        '  AND "Customer 360"."vip" = TRUE',
        '  AND "Customer 360"."score" < 30',
        "  AND (",
        """    "Customer 360"."city" = 'Rome'""",
        "  ) IS DISTINCT FROM TRUE",
    ]


def test_a_query_may_be_called_anything() -> None:
    found = replace(SCHEMA.queries[A_QUERY], name='Ann\'s "best" (v1.2); -- 100 %')
    rules = Rules(include=Group(sections=(Section(conditions=(QueryCondition(query=A_QUERY),)),)))
    sql = view_sql(rules, replace(SCHEMA, queries={A_QUERY: found}), MOMENT, {}, access=Access(None))
    assert 'FROM "Ann\'s ""best"" (v1.2); -- 100 %"' in sql
