from __future__ import annotations

import pytest

from customer360.errors import QueryRefusedError
from customer360.sql.checking import checked
from tests.customer360.sql.corpus import entries
from tests.customer360.sql.shop import TABLES
from tests.customer360.sql.test_refused import first_problem


@pytest.mark.parametrize(("statement", "expected"), entries("restricted"))
def test_personal_data_may_be_named_but_decides_nothing(statement: str, expected: str) -> None:
    try:
        query = checked(statement, TABLES, restricted_pii=True)
    except QueryRefusedError:
        assert first_problem(statement, restricted_pii=True).startswith(expected)
    else:
        assert ", ".join(column.name + "*" * column.is_pii for column in query.columns) == expected
