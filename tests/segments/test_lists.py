"""Lists of customers, by key or by address, as conditions on a table of customers."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir

import pyarrow as pa
import pytest
from sqlglot import exp

from customer360.engine import INTERACTIVE, ArrowRelation, DataType, DuckDBEngine
from customer360.lists import CustomerList, NamedBy
from customer360.models import Column, Table
from segments.compiler import predicate
from segments.errors import RulesError
from segments.rules import Group, ListCondition, Rules, Section
from segments.schema import Attribute, Profiles, Schema
from tests.segments.world import MOMENT

ENGINE = DuckDBEngine(Path(gettempdir()))
CUSTOMERS = pa.table({"id": ["1", "2", "3", "x"], "mail__email": ["a@example.com", None, "c@example.com", None]})
RELATIONS = {
    "People": ArrowRelation(CUSTOMERS),
    "Numbers": ArrowRelation(pa.table({"n": pa.array([1, 3, None, 3], pa.int64())})),
    "Addresses": ArrowRelation(pa.table({"mail__email": ["c@example.com", None, "z@example.com"]})),
}
SCHEMA = Schema(
    Profiles("People", "id", {"id": Attribute("id", DataType.STRING)}, email_address="mail__email"),
    lists={
        "Numbers": CustomerList("Numbers", "n", DataType.INTEGER, NamedBy.KEY),
        "Addresses": CustomerList("Addresses", "mail__email", DataType.STRING, NamedBy.EMAIL),
    },
)


def segment(table: str, *, member: bool) -> Rules:
    condition = ListCondition(table=table, member=member)
    return Rules(include=Group(sections=(Section(conditions=(condition,)),)))


@pytest.mark.parametrize(
    ("table", "member", "expected"),
    [
        ("Numbers", True, {"1", "3"}),
        ("Numbers", False, {"2", "x"}),
        ("Addresses", True, {"3"}),
        ("Addresses", False, {"1", "2", "x"}),
    ],
)
def test_customers_are_found_by_key_or_address_and_empty_cells_name_nobody(
    table: str, *, member: bool, expected: set[str]
) -> None:
    condition = predicate(segment(table, member=member), SCHEMA, MOMENT)
    with ENGINE.open_session(RELATIONS, limits=INTERACTIVE) as session:
        found = session.rows(exp.select("id").from_(exp.to_table("People", quoted=True)).where(condition))
    assert {key for (key,) in found} == expected


def test_a_list_that_is_gone_is_a_problem_of_the_segment() -> None:
    with pytest.raises(RulesError):
        predicate(segment("Gone", member=True), SCHEMA, MOMENT)


def test_a_key_names_better_than_an_address_and_a_table_without_either_is_no_list() -> None:
    key = Column(name="id", type="string", semantic="customer-key")
    mail = Column(name="mail", type="string", semantic="email")
    assert CustomerList.of(Table(name="L"), [mail, key]) == CustomerList("L", "id", DataType.STRING, NamedBy.KEY)
    assert CustomerList.of(Table(name="L"), [mail]) == CustomerList(
        "L", "mail__email", DataType.STRING, NamedBy.EMAIL
    )
    assert CustomerList.of(Table(name="L"), [Column(name="city", type="string")]) is None
