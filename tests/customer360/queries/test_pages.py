"""The pages of queries, as people of Acme see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customer360 import building
from customer360.models import Query, QueryRun
from customer360.queries import running
from customer360.queries.services import QueryDraft, activate_query, create_query, save_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from accounts.models import User
    from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("customers")]

SQL = "SELECT id, email FROM Customer360"
SEEDS_SAMPLE = 'SELECT\n,id AS "Amperity ID"\n,email AS "Email"\nFROM Customer360'


@pytest.fixture
def ada(cast: Cast) -> User:
    return cast["amp360_user"]


@pytest.fixture
def client(sign_in: Callable[[str], Client], customers: object) -> Client:
    return sign_in("amp360_user")


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def made(name: str, actor: User, sql: str = SQL) -> Query:
    return create_query(draft=QueryDraft(name, sql), actor=actor)


def test_the_list_says_how_each_query_stands(client: Client, ada: User) -> None:
    used = activate_query(query=made("Used", ada), actor=ada)
    building.create_derived_table(query=used, name="Built")
    save_query(query=used, draft=QueryDraft("Used", "SELECT 1 AS n"), revision=used.revision, actor=ada)
    run = running.start_run(sql=SQL, query=used, actor=ada, restricted_pii=False)
    running.run_query(run_id=run.pk)
    made("Other", ada)
    page = text_of(client.get("/t/acme/queries/"))
    for shown in ("Active", "Edited", "Draft", "Built", "Not run yet", ">3<", str(ada)):
        assert shown in page
    assert "Other" not in text_of(client.get("/t/acme/queries/?q=used"))
    assert ">Used<" not in text_of(client.get("/t/acme/queries/?status=draft&sort=-updated"))
    assert "No matching queries" in text_of(client.get("/t/acme/queries/?q=nothing"))


def test_the_empty_list_says_what_would_be_there(client: Client) -> None:
    assert "Ask your data a question" in text_of(client.get("/t/acme/queries/"))


def counted(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_pages_ask_the_database_as_often_for_ten_queries_as_for_one(client: Client, ada: User) -> None:
    def grow(start: int, end: int) -> None:
        for number in range(start, end):
            query = activate_query(query=made(f"Query {number}", ada), actor=ada)
            building.create_derived_table(query=query, name=f"Table {number}")
            running.start_run(sql=SQL, query=query, actor=ada, restricted_pii=False)
            QueryRun.objects.update(status=QueryRun.Status.CANCELLED)

    grow(0, 1)
    addresses = ("/t/acme/queries/", f"/t/acme/queries/{Query.objects.get().pk}/", "/t/acme/queries/new/")
    before = [counted(client, address) for address in addresses]
    grow(1, 6)
    assert [counted(client, address) for address in addresses] == before
    assert max(before) <= 25


def test_the_sample_of_the_guide_is_checked_as_printed(client: Client) -> None:
    page = text_of(client.post("/t/acme/queries/check/", {"sql": SEEDS_SAMPLE.replace("\n", "\r\n")}))
    assert "Can run: 2 columns from <bdi>Customer360</bdi>" in page
    assert "The comma straight after SELECT in line 2 was left out." in page
    assert "<bdi>Amperity ID</bdi>" in page


def test_each_fault_is_told_with_its_place_while_somebody_writes(client: Client) -> None:
    page = text_of(
        client.post("/t/acme/queries/check/", {"sql": "SELECT id,\r\n  emial, nme\r\nFROM Customer360"})
    )
    assert 'data-line="2" data-at="3"' in page
    assert "Line 2, column 10" in page
    assert "Did you mean “email”?" in page


def test_columns_that_others_would_miss_are_named_before_the_text_is_activated(client: Client, ada: User) -> None:
    query = activate_query(query=made("Used", ada), actor=ada)
    fields = {"sql": "SELECT email AS EMAIL FROM Customer360", "query": str(query.pk)}
    assert "no longer" not in text_of(client.post("/t/acme/queries/check/", fields))
    building.create_derived_table(query=query, name="Built")
    page = text_of(client.post("/t/acme/queries/check/", fields))
    assert "“<bdi>id</bdi>” is no longer among the columns." in page
    assert "<bdi>Built</bdi>" in page


def test_a_save_that_comes_too_late_shows_both_texts(client: Client, ada: User, cast: Cast) -> None:
    query = made("Lapsed", ada)
    opened = {"name": "Lapsed", "description": "", "revision": str(query.revision)}
    theirs = f"{SQL} WHERE country = 'Spain'"
    save_query(
        query=query, draft=QueryDraft("Lapsed", theirs), revision=query.revision, actor=cast["datagrid_operator"]
    )
    mine = opened | {"sql": f"{SQL} WHERE country = 'Norway'"}

    answer = client.post(f"/t/acme/queries/{query.pk}/", mine)

    page = text_of(answer, 409)
    assert f"<bdi>{cast['datagrid_operator']}</bdi> saved this query" in page
    assert "<del>Spain</del>" in page
    assert "<ins>Norway</ins>" in page
    assert "country = &#x27;Norway&#x27;</textarea>" in page
    query.refresh_from_db()
    assert query.text == theirs

    revision = answer.context["form"]["revision"].value()
    assert client.post(f"/t/acme/queries/{query.pk}/", mine | {"revision": revision}).status_code == 302
    query.refresh_from_db()
    assert (query.text, query.versions.filter(sql=theirs).count()) == (mine["sql"], 1)

    assert client.post("/t/acme/queries/new/", mine | {"then": "copy"}).status_code == 302
    assert Query.objects.get(name="Lapsed (copy)").text == mine["sql"]


def test_activating_a_faulty_text_saves_it_and_says_what_is_wrong(client: Client, ada: User) -> None:
    fields = {"name": "Faulty", "sql": "SELECT emial FROM Customer360", "revision": "0", "then": "activate"}
    page = text_of(client.post("/t/acme/queries/new/", fields, follow=True))
    assert "“Faulty” is saved, but not activated. Line 1, column 8" in page
    assert Query.objects.get().status == Query.Status.DRAFT


def test_what_uses_a_query_keeps_it_and_is_named(client: Client, ada: User) -> None:
    query = activate_query(query=made("Used", ada), actor=ada)
    building.create_derived_table(query=query, name="Built")
    page = text_of(client.post(f"/t/acme/queries/{query.pk}/delete/", follow=True))
    assert "“Used” is used by table “Built”. Remove it there first." in page


def test_restricted_people_read_no_values_beside_personal_data(
    ada: User, sign_in: Callable[[str], Client]
) -> None:
    query = made("By address", ada, f"{SQL} WHERE email = 'zzcanary-ana@example.com'")
    page = text_of(sign_in("restricted_pii").get(f"/t/acme/queries/{query.pk}/"))
    assert "WHERE email = &#x27;••••&#x27;</textarea>" in page
    assert "readonly" in page
    copied = text_of(sign_in("restricted_pii").get(f"/t/acme/queries/new/?copy={query.pk}"))
    assert "zzcanary" not in copied


def test_a_restricted_person_becomes_nobodys_author_by_going_back_to_a_text(
    ada: User, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    telling = f"{SQL} WHERE email = 'zzcanary-ana@example.com'"
    query = activate_query(query=made("By address", ada, telling), actor=ada)
    theirs = QueryDraft("By address", f"{SQL} WHERE name = 'Bo'")
    save_query(query=query, draft=theirs, revision=query.revision, actor=cast["restricted_pii"])
    restricted = sign_in("restricted_pii")
    assert "name = &#x27;Bo&#x27;</textarea>" in text_of(restricted.get(f"/t/acme/queries/{query.pk}/"))
    restricted.post(f"/t/acme/queries/{query.pk}/discard/")
    for page in ("", "versions/"):
        assert "zzcanary" not in text_of(restricted.get(f"/t/acme/queries/{query.pk}/{page}"))


def test_versions_stand_side_by_side_and_come_back(client: Client, ada: User) -> None:
    query = made("Lapsed", ada)
    query = save_query(query=query, draft=QueryDraft("Lapsed", f"{SQL} LIMIT 5"), revision=1, actor=ada)
    first = query.versions.get(number=1)
    page = text_of(client.get(f"/t/acme/queries/{query.pk}/versions/"))
    assert "<ins> LIMIT 5</ins>" in page
    page = text_of(client.get(f"/t/acme/queries/versions/{first.pk}/?with=present"))
    assert "Restore this text" in page
    client.post(f"/t/acme/queries/versions/{first.pk}/restore/")
    query.refresh_from_db()
    assert query.text == SQL


def test_a_run_of_an_unsaved_text_is_its_starters_alone(client: Client, sign_in: Callable[[str], Client]) -> None:
    assert "Waiting to start" in text_of(client.post("/t/acme/queries/run/", {"sql": SQL, "query": ""}))
    address = f"/t/acme/queries/runs/{QueryRun.objects.get().pk}/"
    assert sign_in("datagrid_operator").get(address).status_code == 404
    running.run_query(run_id=QueryRun.objects.get().pk)
    page = text_of(client.get(address))
    assert '<b class="num">3</b> rows' in page
    assert "Download CSV" in page


def test_a_run_that_can_not_start_says_where_the_fault_is(client: Client) -> None:
    page = text_of(client.post("/t/acme/queries/run/", {"sql": "SELECT emial FROM Customer360"}))
    assert "Line 1, column 8" in page
    assert not QueryRun.objects.exists()
