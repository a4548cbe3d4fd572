"""Verdicts of import, carried through queries, are those that the rule gives anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlglot import exp

from customer360 import catalog, email, storage
from customer360.engine import JOB, installed_engine
from customer360.imports import services as imports
from customer360.models import Table
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from customer360.verdicts import with_verdicts
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenants.models import Tenant

PEOPLE = "id,email\n1, Ada@Example.com\n2,nobody\n3,\n4,bo@müller.example.com\n5,cy@example.notatld\n"
CARRIED = [
    "SELECT id, email FROM People",
    'SELECT p.id, p.email AS "E-mail" FROM People p WHERE p.id > 1 ORDER BY 2 LIMIT 3',
    "SELECT * FROM (SELECT * FROM (SELECT email, id FROM People) a) b",
    "WITH p AS (SELECT * FROM People), q AS (SELECT id, email AS mail FROM p) SELECT q.mail, q.id FROM q",
    "SELECT a.email FROM People a JOIN People b ON a.id = b.id",
    "SELECT b.email FROM People a LEFT JOIN (SELECT * FROM People WHERE id > 2) b ON a.id = b.id",
    "SELECT email, row_number() OVER (ORDER BY id) AS n FROM People",
    "(SELECT email FROM People) LIMIT 4",
    "SELECT a.email, b.email AS other FROM People a, People b",
]
NOT_CARRIED = [
    "SELECT lower(email) AS email FROM People",
    "SELECT email FROM People GROUP BY email",
    "SELECT DISTINCT email FROM People",
    "SELECT email FROM People UNION ALL SELECT email FROM People",
    "SELECT email FROM (SELECT max(email) AS email FROM People) x",
    "SELECT x.a AS email FROM (SELECT email FROM People) AS x(a)",
    "WITH x(a) AS (SELECT email FROM People) SELECT a AS email FROM x",
    "SELECT email FROM People FULL JOIN (SELECT email, 1 AS one FROM People) b USING (email)",
]


@pytest.fixture
def people(acme: Tenant) -> Iterator[None]:
    with tenant_scope(acme):
        path = storage.new_upload("people.csv")
        path.write_text(PEOPLE)
        imports.import_file(source=path, table_name="People")
        yield


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.usefixtures("people")
def test_what_import_found_out_is_what_the_rule_finds_anew() -> None:
    assert Table.objects.get().columns.filter(companion_of="email").count() == 2
    with installed_engine().open_session(catalog.current_relations(), limits=JOB) as session:
        for sql in CARRIED:
            query, verdicts = with_verdicts(*_checked(sql))
            for name, verdict in verdicts.items():
                column = exp.column(name, quoted=True)
                anew = email.verdict(column)
                valid = exp.case().when(anew.copy().is_(exp.null()), email.normalised(column))
                carried = exp.func("COALESCE", exp.column(verdict.reason), exp.Literal.string("missing"))
                rows = session.rows(
                    exp.select(
                        valid, verdict.address, anew, exp.column(verdict.address).is_(exp.null()), carried
                    ).from_(query.subquery("result"))
                )
                assert rows
                assert all(row[0] == row[1] for row in rows), sql
                assert all(row[2] == row[4] for row in rows if row[3]), sql
                assert all(row[2] is None for row in rows if not row[3]), sql
            assert len(verdicts) == sql.count("other") + 1, sql


@pytest.mark.django_db
@pytest.mark.usefixtures("people")
def test_what_is_made_of_addresses_has_no_verdict_of_its_own() -> None:
    assert [sql for sql in NOT_CARRIED if with_verdicts(*_checked(sql))[1]] == []


def _checked(sql: str) -> tuple[exp.Query, list[str]]:
    read = checked(sql, current_shapes())
    return read.query, [column.name for column in read.columns]
