"""What operators say of tables and columns, and whom it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from audit.models import AuditEvent
from customer360 import building, rewriting, storage
from customer360.errors import MarksConflictError, TableConflictError
from customer360.imports.services import import_file
from customer360.marking import Marks, TableMarks, mark_table
from customer360.models import Query, Table
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

    from tenants.models import Tenant
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(acme: Tenant) -> Iterator[Table]:
    with tenant_scope(acme):
        path = storage.new_upload("people.csv")
        path.write_text("id,contact,city\n1,Ada@Example.com,Paris\n2,nobody,Paris\n")
        import_file(source=path, table_name="People", key_column="id")
        query = Query.objects.create(name="All", sql="SELECT id, city FROM People", status=Query.Status.ACTIVE)
        building.create_derived_table(query=query, name="Built", key_column="id")
        building.build_stale_tables()
        yield Table.objects.get(name="People")


def marks_of(table: Table, **changed: Marks) -> TableMarks:
    now = TableMarks.of(table)
    return TableMarks(now.name, now.description, now.role, now.key_column, {**now.columns, **changed})


def test_marks_reach_derived_tables_at_once_and_are_audited(people: Table, cast: Cast) -> None:
    operator = cast["datagrid_operator"]
    marks = marks_of(people, city=Marks("city", is_pii=True, not_for_activation=True))
    assert mark_table(table=people, marks=marks, revision=0, actor=operator) == {
        "column city": ["city", "city, personal data, not for activation"]
    }
    built = Table.objects.get(name="Built")
    assert built.columns.filter(name="city", is_pii=True, not_for_activation=True).exists()
    assert AuditEvent.objects.filter(action="table:marked", actor_id=operator.pk).count() == 1

    unmarked = marks_of(built, city=Marks("city", is_pii=False))
    with pytest.raises(TableConflictError, match="Take the mark away there first"):
        mark_table(table=built, marks=unmarked, revision=0, actor=operator)
    with pytest.raises(MarksConflictError):
        mark_table(table=people, marks=marks, revision=0, actor=operator)
    assert mark_table(table=people, marks=marks, revision=1, actor=operator) == {}


def test_a_key_is_a_column_without_repeated_values(people: Table, cast: Cast) -> None:
    now = TableMarks.of(people)
    marks = TableMarks(now.name, "", Table.Role.OTHER, "city", now.columns)
    with pytest.raises(TableConflictError, match="2 rows have 1 different values"):
        mark_table(table=people, marks=marks, revision=0, actor=cast["datagrid_operator"])
    profiles = TableMarks(now.name, "", Table.Role.CUSTOMER_PROFILES, "", now.columns)
    with pytest.raises(TableConflictError, match="needs a key"):
        mark_table(table=people, marks=profiles, revision=0, actor=cast["datagrid_operator"])


def test_addresses_are_checked_when_a_column_is_said_to_hold_them(people: Table) -> None:
    contact = people.columns.get(name="contact")
    for semantic, beside in (("email", ["contact__email", "contact__email_reason"]), ("", []), ("email", None)):
        before = people.current_version_id
        rewriting.change_semantic(column_id=contact.pk, semantic=semantic)
        people.refresh_from_db()
        assert people.current_version_id != before
        found = list(people.columns.exclude(companion_of="").values_list("name", flat=True))
        assert beside is None or found == beside
    (file,) = people.current_version.manifest.files
    assert pq.read_table(storage.path_of(file.name)).column("contact__email_reason").to_pylist() == [None, "no_at"]


def test_two_people_who_mark_one_table_see_what_differs(people: Table, sign_in: Callable[[str], Client]) -> None:
    operator = sign_in("datagrid_operator")
    address = f"/t/acme/tables/{people.pk}/edit/"
    fields = {"revision": "0", "name": "People", "description": "Ours", "role": "other", "key_column": "id"}
    for column in people.columns.filter(companion_of=""):
        fields[f"column-{column.pk}-semantic"] = column.semantic
    assert operator.post(address, {**fields, "description": "Theirs"}).status_code == 302
    page = operator.post(address, fields).content.decode()
    assert "Somebody else changed this table" in page
    assert "Theirs" in page
    assert 'name="revision" value="1"' in page
