"""Runs of queries, from the button to the file."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.access import access_of
from customer360 import storage
from customer360.engine import Limits
from customer360.errors import QueryError, QueryRefusedError
from customer360.models import QueryRun, Table
from customer360.queries import running
from customer360.queries.results import Result, remove_old_results
from customer360.queries.services import QueryDraft, create_query, delete_query
from runtime import clock

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import User
    from customer360.models import Query
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

EVERYTHING = "SELECT id, email, country FROM Customer360 ORDER BY id"
Status = QueryRun.Status


@pytest.fixture
def ada(cast: Cast, customers: Table) -> User:
    return cast["amp360_user"]


def started(sql: str, actor: User, query: Query | None = None, *, restricted: bool = False) -> QueryRun:
    return running.start_run(sql=sql, query=query, actor=actor, restricted_pii=restricted)


def ran(sql: str, actor: User, **options: Any) -> QueryRun:
    run = started(sql, actor, **options)
    running.run_query(run_id=run.pk)
    run.refresh_from_db()
    return run


def seen(run: QueryRun, cast: Cast, person: str) -> list[list[str | None]]:
    result = Result(run, access_of(cast[person], cast.acme))
    return [[cell.text for cell in row] for row in result.first_rows()]


def test_a_run_says_what_it_found_how_long_it_took_and_of_when_the_data_is(ada: User, cast: Cast) -> None:
    run = ran(EVERYTHING, ada)
    assert (run.status, run.row_count, run.is_cut, run.problem) == (Status.COMPLETED, 3, False, "")
    assert run.duration is not None
    assert run.data_of is not None
    assert seen(run, cast, "amp360_user")[0] == ["customer-0", "zzcanary-ana@example.com", "Spain"]


def test_values_keep_their_kind_on_the_way_through_the_file(ada: User, cast: Cast) -> None:
    sql = (
        "SELECT sum(length(id)) AS whole, avg(length(id)) AS part, 1.50 AS exact, true AS yes, "
        "DATE '2026-01-31' AS day, NULL AS nothing FROM Customer360"
    )
    assert seen(ran(sql, ada), cast, "amp360_user") == [["30", "10.0", "1.5", "true", "2026-01-31", None]]


def test_the_file_is_harmless_in_a_spreadsheet_and_written_after_the_tenant_is_left(ada: User, cast: Cast) -> None:
    sql = """SELECT '=1+1' AS formula, -5 AS number, 'a "b"' AS quoted, NULL AS nothing"""
    result = Result(ran(sql, ada), access_of(ada, cast.acme))
    with timezone.override("Asia/Tokyo"):
        assert list(result.all_rows()) == [["=1+1", "-5", 'a "b"', ""]]


def test_moments_in_a_file_are_those_of_the_tenant(ada: User, cast: Cast) -> None:
    with timezone.override("Asia/Tokyo"):
        result = Result(ran("SELECT TIMESTAMPTZ '2026-01-01 00:00:00+00' AS at", ada), access_of(ada, cast.acme))
    assert list(result.all_rows()) == [["2026-01-01T09:00:00+09:00"]]


def test_personal_data_is_redacted_for_restricted_people_whoever_ran_it(ada: User, cast: Cast) -> None:
    run = ran(EVERYTHING, ada)
    assert seen(run, cast, "restricted_pii")[0] == ["customer-0", "••••", "Spain"]
    result = Result(run, access_of(cast["restricted_pii"], cast.acme))
    assert result.is_redacted
    assert next(result.all_rows()) == ["customer-0", "redacted", "Spain"]


def test_rows_that_personal_data_chose_are_withheld_from_restricted_people(ada: User, cast: Cast) -> None:
    run = ran("SELECT country FROM Customer360 WHERE email LIKE 'zzcanary-ana%'", ada)
    assert run.is_personal
    assert Result(run, access_of(cast["restricted_pii"], cast.acme)).is_withheld
    assert not Result(run, access_of(ada, cast.acme)).is_withheld


def test_a_column_that_became_personal_after_the_run_is_redacted_as_well(
    ada: User, cast: Cast, customers: Table
) -> None:
    run = ran(EVERYTHING, ada)
    customers.columns.filter(name="country").update(is_pii=True)
    assert seen(run, cast, "restricted_pii")[0] == ["customer-0", "••••", "••••"]


def test_a_text_that_can_not_run_starts_nothing(ada: User) -> None:
    with pytest.raises(QueryRefusedError):
        started("SELECT nothing FROM Customer360", ada)
    assert not QueryRun.objects.exists()


def test_a_fault_that_shows_in_the_data_is_told_without_a_value(ada: User) -> None:
    run = ran("SELECT CAST(email AS INTEGER) AS n FROM Customer360", ada)
    assert run.status == Status.FAILED
    assert run.problem == "A value does not fit the type that the query turns it into."


def test_a_waiting_run_that_is_cancelled_never_starts(ada: User) -> None:
    run = started(EVERYTHING, ada)
    running.RUNS.cancel(run)
    running.run_query(run_id=run.pk)
    run.refresh_from_db()
    assert (run.status, run.begun_at) == (Status.CANCELLED, None)


def test_the_engine_itself_is_stopped_when_a_run_is_cancelled(ada: User) -> None:
    endless = "SELECT count(*) AS n FROM " + ", ".join(
        f"(VALUES {', '.join(f'({n})' for n in range(200))}) t{at}(x)" for at in range(6)
    )
    run = started(f"{endless} WHERE t0.x + t1.x + t2.x + t3.x + t4.x + t5.x > 3", ada)
    QueryRun.objects.filter(pk=run.pk).update(status=Status.RUNNING)
    running.RUNS.cancel(run)  # a running one is only asked to stop
    running.run_query(run_id=run.pk)
    run.refresh_from_db()
    assert run.status == Status.CANCELLED


def test_what_takes_too_long_is_said_in_plain_words(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LIMITS", Limits(memory_mib=512, threads=1, seconds=0))
    assert ran(EVERYTHING, ada).problem == running.TOO_SLOW


def test_more_rows_than_are_kept_are_cut_and_it_is_said(
    ada: User, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MOST_ROWS", 2)
    monkeypatch.setattr("customer360.queries.results.MOST_ROWS", 2)
    run = ran(EVERYTHING, ada)
    assert (run.row_count, run.is_cut) == (2, True)
    assert len(list(Result(run, access_of(ada, cast.acme)).all_rows())) == 2


def test_a_run_that_lost_its_worker_can_be_run_again_by_another_and_fails_when_none_comes(ada: User) -> None:
    run = started(EVERYTHING, ada)
    QueryRun.objects.filter(pk=run.pk).update(status=Status.RUNNING, begun_at=clock.now())
    running.run_query(run_id=run.pk)
    run.refresh_from_db()
    assert run.status == Status.COMPLETED

    lost = started(EVERYTHING, ada)
    QueryRun.objects.filter(pk=lost.pk).update(
        status=Status.RUNNING, begun_at=clock.now() - running.RUNS.silence - timedelta(seconds=1)
    )
    lost.refresh_from_db()
    running.RUNS.end_if_lost(lost)
    assert (lost.status, lost.problem) == (Status.FAILED, running.RUNS.lost)


def test_another_run_of_the_same_query_replaces_the_earlier_and_one_person_has_few_at_once(ada: User) -> None:
    query = create_query(draft=QueryDraft("Everything", EVERYTHING), actor=ada)
    first = started(EVERYTHING, ada, query)
    started(EVERYTHING, ada, query)
    first.refresh_from_db()
    assert first.status == Status.CANCELLED
    for name in ("Two", "Three"):
        started(EVERYTHING, ada, create_query(draft=QueryDraft(name, EVERYTHING), actor=ada))
    with pytest.raises(QueryError, match="3 of your queries are running"):
        started(EVERYTHING, ada)


def test_open_runs_pin_what_they_read(ada: User) -> None:
    run = ran(EVERYTHING, ada)
    assert list(running.RUNS.versions_to_read()) == []
    QueryRun.objects.filter(pk=run.pk).update(status=Status.RUNNING)
    assert list(running.RUNS.versions_to_read()) == [Table.objects.get().current_version.pk]


def results() -> list[Path]:
    return sorted((storage.tenant_folder() / "results").glob("*"))


def test_old_results_go_and_the_last_run_of_a_query_stays_known(ada: User, cast: Cast) -> None:
    before = len(results())
    query = create_query(draft=QueryDraft("Everything", EVERYTHING), actor=ada)
    old, last, unsaved = ran(EVERYTHING, ada, query=query), ran(EVERYTHING, ada, query=query), ran(EVERYTHING, ada)
    assert len(results()) == before + 3
    remove_old_results(clock.now() - timedelta(days=7))
    assert len(results()) == before + 3

    remove_old_results(clock.now() + timedelta(seconds=1))

    assert len(results()) == before
    assert [run.pk for run in QueryRun.objects.all()] == [last.pk]
    last.refresh_from_db()
    assert not Result(last, access_of(ada, cast.acme)).is_kept
    assert {old.pk, unsaved.pk}.isdisjoint(QueryRun.objects.values_list("pk", flat=True))


def test_results_go_with_their_query(ada: User, django_capture_on_commit_callbacks: Any) -> None:
    before = len(results())
    query = create_query(draft=QueryDraft("Everything", EVERYTHING), actor=ada)
    ran(EVERYTHING, ada, query=query)
    with django_capture_on_commit_callbacks(execute=True):
        delete_query(query=query, actor=ada)
    assert len(results()) == before


def test_the_download_is_a_csv_file(ada: User, cast: Cast, sign_in: Any) -> None:
    run = ran(EVERYTHING, ada)
    answer = sign_in("amp360_user").get(f"/t/acme/queries/runs/{run.pk}/download/")
    rows = list(csv.reader(b"".join(answer.streaming_content).decode().splitlines()))
    assert rows[:2] == [["id", "email", "country"], ["customer-0", "zzcanary-ana@example.com", "Spain"]]
    assert len(rows) == 4
