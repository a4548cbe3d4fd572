"""What operators say of tables and columns, and whom it reaches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from django.db import connection

from audit.models import AuditEvent
from customer360 import building, rewriting, services, storage
from customer360.errors import ImportStoppedError, MarksConflictError, TableConflictError
from customer360.imports.proposing import propose_import
from customer360.imports.services import import_file, run_import, start_import
from customer360.imports.spec import spec_of
from customer360.marking import Marks, TableMarks, mark_table
from customer360.models import Import, Query, Table
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

    from customer360.manifest import ManifestFile
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


def test_rows_are_read_before_the_table_is_locked_and_newer_ones_are_noticed(
    people: Table, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check of a key may take seconds; imports and sends go on meanwhile."""
    now, held, check = TableMarks.of(people), len(connection.savepoint_ids), rewriting.require_unique_key

    def checked_while_rows_come_in(table: Table, key_column: str) -> None:
        assert len(connection.savepoint_ids) == held
        check(table, key_column)
        path = storage.new_upload("again.csv")
        path.write_text("id,contact,city\n3,x,Rome\n4,x,Bern\n")
        import_file(source=path, table_name="People", key_column="id")

    monkeypatch.setattr(rewriting, "require_unique_key", checked_while_rows_come_in)
    marks = replace(now, key_column="contact")
    with pytest.raises(MarksConflictError, match="New rows"):
        mark_table(table=people, marks=marks, revision=0, actor=cast["datagrid_operator"])


def mark_city(people: Table, cast: Cast) -> None:
    revision = Table.objects.get(pk=people.pk).revision
    marks = marks_of(people, city=Marks("city", is_pii=True))
    mark_table(table=people, marks=marks, revision=revision, actor=cast["datagrid_operator"])


def is_city_personal(name: str = "People") -> bool:
    return bool(Table.objects.get(name=name).columns.get(name="city").is_pii)


def test_a_mark_that_is_set_while_a_file_replaces_the_rows_stays(people: Table, cast: Cast) -> None:
    path = storage.new_upload("people.csv")
    path.write_text("id,contact,city\n7,x,Rome\n")
    proposed = propose_import(source=path, file_name="people.csv", table=people)
    started = start_import(import_=proposed, spec=spec_of(proposed), mode=Import.Mode.REPLACE, table=people)
    mark_city(people, cast)
    assert run_import(import_id=started.pk).status == Import.Status.COMPLETED
    assert is_city_personal()


def test_who_confirms_an_import_may_still_say_that_a_column_is_not_personal(people: Table, cast: Cast) -> None:
    mark_city(people, cast)
    people.refresh_from_db()
    path = storage.new_upload("people.csv")
    path.write_text("id,contact,city\n7,x,Rome\n")
    proposed = propose_import(source=path, file_name="people.csv", table=people)
    said = spec_of(proposed)
    said = said.with_columns(column.model_copy(update={"is_pii": False}) for column in said.columns)
    with pytest.raises(ImportStoppedError, match="personal data"):
        start_import(import_=proposed, spec=said, mode=Import.Mode.REPLACE, table=people, restricted_pii=True)
    started = start_import(import_=proposed, spec=said, mode=Import.Mode.REPLACE, table=people)
    run_import(import_id=started.pk)
    assert not is_city_personal()


def test_a_mark_that_is_set_while_addresses_are_checked_stays(
    people: Table, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = rewriting.write_rows

    def written_while_somebody_marks(*args: Any) -> ManifestFile:
        mark_city(people, cast)
        return write(*args)

    monkeypatch.setattr(rewriting, "write_rows", written_while_somebody_marks)
    rewriting.change_semantic(column_id=people.columns.get(name="contact").pk, semantic="email")
    assert is_city_personal()
    assert people.columns.filter(name="contact__email").exists()


def test_a_mark_that_is_set_while_a_table_is_built_stays(
    people: Table, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, tidy = Table.objects.get(name="Built"), services.remove_unused_files

    def tidied_while_somebody_marks(table: Table) -> int:
        mark_city(people, cast)
        return tidy(table)

    monkeypatch.setattr(services, "remove_unused_files", tidied_while_somebody_marks)
    building.build_table(table=built)
    assert is_city_personal("Built")


def test_who_may_not_see_personal_data_does_not_say_that_it_is_none(
    people: Table, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    mark_city(people, cast)
    fields = {"revision": "1", "name": "People", "description": "", "role": "other", "key_column": "id"}
    for column in people.columns.filter(companion_of=""):
        fields[f"column-{column.pk}-semantic"] = column.semantic
    address = f"/t/acme/tables/{people.pk}/edit/"
    assert (
        "is personal data, which your access" in sign_in("restricted_pii").post(address, fields).content.decode()
    )
    assert is_city_personal()
    assert sign_in("datagrid_operator").post(address, fields).status_code == 302
    assert not is_city_personal()


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
    assert "Someone else changed this table" in page
    assert "Theirs" in page
    assert 'name="revision" value="1"' in page
