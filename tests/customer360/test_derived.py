"""Tables that people build from queries: made, watched, renamed, deleted; what their pages say."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from audit.models import AuditEvent
from customer360 import building, catalog, storage, tidying, usage
from customer360.deleting import delete_table
from customer360.derived.services import TableDraft, derive_table
from customer360.errors import BuildError, ImportStoppedError, QueryRefusedError, TableInUseError
from customer360.imports.proposing import propose_import
from customer360.imports.services import import_file, start_import
from customer360.imports.spec import spec_of
from customer360.models import Import, Query, Table, TableVersion
from customer360.queries.services import QueryDraft, activate_query, create_query, save_query
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from customer360.tasks import build_table
from notifications.models import Notification
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from django.test import Client

    from tenants.models import Tenant
    from tests.cast import Cast

    CaptureOnCommit = Callable[..., AbstractContextManager[object]]

pytestmark = pytest.mark.django_db

PEOPLE = "customer_id,email,city\nC1,ada@example.com,Hull\nC2,bo@example.com,York\n"
PLAIN = "SELECT customer_id, city FROM People"
BY_CITY = "SELECT customer_id, email AS contact, city FROM People"


@pytest.fixture
def people(acme: Tenant) -> Iterator[Table]:
    with tenant_scope(acme):
        yield load(PEOPLE)


def upload(text: str) -> Path:
    path = storage.new_upload("people.csv")
    path.write_text(text)
    return path


def load(text: str) -> Table:
    import_file(source=upload(text), table_name="People", key_column="customer_id")
    return Table.objects.get(name="People")


def active(cast: Cast, sql: str, name: str = "By city") -> Query:
    query = create_query(draft=QueryDraft(name, sql), actor=cast["datagrid_operator"])
    return activate_query(query=query, actor=cast["datagrid_operator"])


def derived(cast: Cast, sql: str = BY_CITY, **draft: str) -> Table:
    query = active(cast, sql, name=f"Query of {draft.get('name', 'Contacts')}")
    wanted = TableDraft(**{"name": "Contacts", **draft})  # type: ignore[arg-type]  # a role is a text too
    return derive_table(query=query, draft=wanted, actor=cast["datagrid_operator"])


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(f"/t/acme/{path}")
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_an_operator_builds_a_table_from_a_query_and_sees_what_it_is_made_of(
    people: Table, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    query = active(cast, BY_CITY)
    operator = sign_in("datagrid_operator")
    assert f"tables/derived/new/?query={query.pk}" in page(operator, f"queries/{query.pk}/")
    assert "By city" in page(operator, "tables/derived/new/")
    form = page(operator, f"tables/derived/new/?query={query.pk}")
    assert 'value="By_city"' in form
    assert '<option value="customer_id" selected>' in form
    assert '<bdi>contact</bdi></b> <span class="badge warn">PII</span>' in form
    assert "contact__email" not in form

    said = {"name": "Contacts", "description": "By city", "role": "customer_profiles", "key_column": ""}
    address = f"/t/acme/tables/derived/new/?query={query.pk}"
    refused = operator.post(address, said)
    assert refused.status_code == 422
    assert "needs a key" in refused.content.decode()
    assert operator.post(address, {**said, "name": "people"}).status_code == 422
    assert operator.post(address, {**said, "name": "1; DROP"}).status_code == 422
    made = operator.post(address, {**said, "key_column": "customer_id"})
    table = Table.objects.get(name="Contacts")
    assert made.headers["Location"].endswith(f"/tables/{table.pk}/")
    assert "Waiting to be built…" in page(operator, f"tables/{table.pk}/")
    assert "Waiting to be built…" in page(sign_in("amp360_user_read_only"), f"tables/{table.pk}/build/")

    build_table(table_id=table.pk, tenant_id=cast.acme.pk)
    shown = page(operator, f"tables/{table.pk}/")
    assert f'<a href="/t/acme/tables/{people.pk}/"><bdi>People</bdi></a>' in shown
    assert f'<a href="/t/acme/queries/{query.pk}/"><bdi>By city</bdi></a>' in shown
    assert "Waiting to be built…" not in shown
    assert "Build again" in shown
    assert AuditEvent.objects.filter(action="table:created", subject_id=table.pk).count() == 1


def test_a_build_that_fails_is_told_in_words_and_goes_away_with_the_next_that_does_not(
    people: Table, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    table = derived(cast, "SELECT customer_id, city FROM People", key_column="city")
    load("customer_id,city\nC1,Hull\nC2,Hull\n")
    build_table(table_id=table.pk, tenant_id=cast.acme.pk)
    client = sign_in("datagrid_operator")
    shown = page(client, f"tables/{table.pk}/")
    assert "The last build failed" in shown
    assert "2 rows with 1 different values of its key “city”" in shown
    assert "Not built" in page(client, "tables/")

    load("customer_id,city\nC1,Hull\nC2,York\n")
    client.post(f"/t/acme/tables/{table.pk}/build/again/")
    build_table(table_id=table.pk, tenant_id=cast.acme.pk)
    assert "The last build failed" not in page(client, f"tables/{table.pk}/")


def test_a_restricted_person_builds_no_table_whose_rows_tell_what_they_may_not_see(
    people: Table, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    query = active(cast, "SELECT city FROM People WHERE email = 'ada@example.com'")
    restricted = sign_in("restricted_pii")
    shown = page(restricted, f"tables/derived/new/?query={query.pk}")
    assert "This query can't become a table" in shown
    assert "ada@example.com" not in shown
    posted = restricted.post(f"/t/acme/tables/derived/new/?query={query.pk}", {"name": "Ada", "role": "other"})
    assert posted.status_code == 200
    assert not Table.objects.filter(name="Ada").exists()
    with pytest.raises(QueryRefusedError):
        derive_table(query=query, draft=TableDraft("Ada"), actor=cast["restricted_pii"], restricted_pii=True)


def test_rows_that_personal_data_decided_are_hidden_wherever_they_go_on_to(
    people: Table, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    ada = derived(cast, "SELECT customer_id, city FROM People WHERE email = 'ada@example.com'", name="Ada")
    building.build_table(table=ada)
    further = derived(cast, "SELECT city FROM Ada", name="Further")
    building.build_table(table=further)
    restricted, open_eyed = sign_in("restricted_pii"), sign_in("datagrid_operator")
    about, columns, sample = (f"tables/{further.pk}/{part}" for part in ("", "columns/", "sample/"))
    for address in (about, columns, sample):
        shown = page(restricted, address)
        assert "Personal data decides which rows" in shown
        assert "Hull" not in shown
        assert "1 rows" not in shown
    assert "Hull" in page(open_eyed, sample)
    assert [page(each, "tables/").count("hidden from you</span>") for each in (restricted, open_eyed)] == [2, 0]

    with pytest.raises(QueryRefusedError, match="Personal data decides which rows “Further” has"):
        checked("SELECT count(*) FROM Further", current_shapes(), restricted_pii=True)
    Query.objects.filter(name="Query of Ada").update(sql=PLAIN)
    building.build_stale_tables()
    assert not Table.objects.filter(decided_by_pii=True).exists()


def test_rows_that_a_column_decided_are_hidden_from_when_it_is_marked(people: Table, cast: Cast) -> None:
    hull = derived(cast, "SELECT customer_id FROM People WHERE city = 'Hull'", name="Hull")
    assert not hull.decided_by_pii
    people.columns.filter(name="city").update(is_pii=True)
    building.inherit_marks()
    assert Table.objects.get(pk=hull.pk).decided_by_pii

    Table.objects.update(decided_by_pii=False)  # as tables are that were built before anybody asked
    broken = Query.objects.create(name="Broken", sql="SELECT gone FROM People", status=Query.Status.ACTIVE)
    Table.objects.create(name="Broken", built_from=broken)
    tidying.tidy_up_here()
    assert list(Table.objects.filter(decided_by_pii=True)) == [hull]
    assert not Notification.objects.exists()


def test_a_table_that_something_uses_keeps_its_name_and_stays(
    people: Table, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    operator, table = sign_in("datagrid_operator"), derived(cast)
    build_table(table_id=table.pk, tenant_id=cast.acme.pk)
    reader = active(cast, "SELECT city FROM Contacts", name="Reader")
    marks = {f"column-{each.pk}-semantic": each.semantic for each in table.columns.filter(companion_of="")}
    marks |= {f"column-{table.columns.get(name='contact').pk}-is_pii": "on", "role": "other"}

    def renamed(name: str, revision: int = 0) -> str:
        said = {"name": name, "revision": str(revision), **marks}
        return operator.post(f"/t/acme/tables/{table.pk}/edit/", said, follow=True).content.decode()

    assert "“Contacts” is used by query “Reader”" in renamed("Addresses")
    kept = operator.post(f"/t/acme/tables/{table.pk}/delete/", follow=True).content.decode()
    assert "“Contacts” is used by query “Reader”. Remove it there first." in kept

    Query.objects.filter(pk=reader.pk).delete()
    assert "There is a table “people” already" in renamed("people")
    assert "<title>Addresses" in renamed("Addresses")
    assert building.build_stale_tables() == []
    gone = operator.post(f"/t/acme/tables/{table.pk}/delete/", follow=True).content.decode()
    assert "“Addresses” is deleted" in gone
    assert not TableVersion.objects.filter(table=table.pk).exists()
    assert AuditEvent.objects.filter(action="table:deleted", subject_id=table.pk).count() == 1


def test_an_imported_table_that_nothing_uses_is_deleted_by_writing_its_name(
    people: Table,
    cast: Cast,
    sign_in: Callable[[str], Client],
    django_capture_on_commit_callbacks: CaptureOnCommit,
) -> None:
    operator, folder = sign_in("datagrid_operator"), storage.table_folder(people)
    reader = active(cast, "SELECT city FROM People", name="Reader")
    earlier = Import.objects.get(table=people)
    waiting = propose_import(source=upload(PEOPLE), file_name="more.csv", table=people, started_by=None)

    def deleted(name: str = "People") -> str:
        address = f"/t/acme/tables/{people.pk}/delete/"
        return operator.post(address, {"name": name}, follow=True).content.decode()

    assert "This table is in use" in page(operator, f"tables/{people.pk}/")
    assert "“People” is used by query “Reader”" in deleted()
    Query.objects.filter(pk=reader.pk).delete()
    assert "that is not its name" in deleted("people")
    Import.objects.filter(pk=earlier.pk).update(status=Import.Status.RUNNING)
    assert "Rows are being imported into “People”" in deleted()
    Import.objects.filter(pk=earlier.pk).update(status=Import.Status.COMPLETED)
    assert "To confirm, type its name" in page(operator, f"tables/{people.pk}/")
    with transaction.atomic():
        delete_table(table=people, actor=cast["datagrid_operator"], name="People")
        transaction.set_rollback(True)
    assert storage.path_of(waiting.upload).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert "“People” is deleted" in deleted()
    assert not folder.exists()
    assert not storage.path_of(waiting.upload).exists()
    assert not Table.objects.filter(name="People").exists()
    assert AuditEvent.objects.filter(action="table:deleted", subject_id=people.pk).count() == 1
    earlier.refresh_from_db()
    waiting.refresh_from_db()
    assert (earlier.table, earlier.table_name, waiting.status) == (None, "People", Import.Status.CANCELLED)
    late = propose_import(source=upload(PEOPLE), file_name="late.csv")
    with pytest.raises(ImportStoppedError, match="“People” is not there any more"):
        start_import(import_=late, spec=spec_of(late), mode=Import.Mode.REPLACE, table=people)


def test_what_is_being_built_or_read_by_a_send_is_not_deleted(
    people: Table, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = derived(cast)
    version = building.build_table(table=table)
    building.note(table, Table.BuildStatus.RUNNING)
    with pytest.raises(TableInUseError, match="is being built"):
        delete_table(table=table, actor=cast["datagrid_operator"])
    building.note(table, "")
    monkeypatch.setattr(usage, "_pins", [lambda: [version.pk]])
    with pytest.raises(TableInUseError, match="when that has ended"):
        delete_table(table=table, actor=cast["datagrid_operator"])


def test_a_changed_query_builds_its_table_anew_and_may_not_read_it(people: Table, cast: Cast) -> None:
    table = derived(cast)
    build_table(table_id=table.pk, tenant_id=cast.acme.pk)
    assert building.build_stale_tables() == []
    operator, query = cast["datagrid_operator"], table.built_from
    circular = QueryDraft(query.name, "SELECT city FROM Contacts")
    save_query(query=query, draft=circular, revision=1, actor=operator)
    with pytest.raises(BuildError, match="“Contacts” is built from this query"):
        activate_query(query=query, actor=operator)
    save_query(query=query, draft=QueryDraft(query.name, "SELECT city FROM People"), revision=2, actor=operator)
    activate_query(query=query, actor=operator)
    (version,) = building.build_stale_tables()
    assert version.manifest.columns == ("city",)


def test_built_data_is_as_old_as_the_oldest_that_it_was_built_from(people: Table, cast: Cast) -> None:
    six, seven = datetime.fromisoformat("2026-11-20T06:00+00:00"), datetime.fromisoformat("2026-11-20T07:00+00:00")
    TableVersion.objects.filter(table=people).update(data_of=six, created_at=seven)
    table = derived(cast)
    build_table(table_id=table.pk, tenant_id=cast.acme.pk)
    versions = catalog.current_versions()
    assert catalog.data_of_each(versions) == {"People": six, "Contacts": six}
    assert catalog.data_of({"Contacts": versions["Contacts"]}) == six


def test_nobody_of_another_tenant_reaches_a_table_or_builds_one_from_a_query(
    acme: Tenant, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    with tenant_scope(acme):
        load(PEOPLE)
        table = derived(cast)
    stranger = sign_in("globex_administrator")
    assert stranger.get(f"/t/globex/tables/{table.pk}/build/").status_code == 404
    assert stranger.post(f"/t/globex/tables/{table.pk}/build/again/").status_code == 404
    assert stranger.post(f"/t/globex/tables/{table.pk}/delete/").status_code == 404
    offered = stranger.get(f"/t/globex/tables/derived/new/?query={table.built_from_id}").content.decode()
    assert "Query of Contacts" not in offered
    assert "No active queries yet" in offered
