"""Files on their way into tables, with everything that can be wrong with them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from django.db import connection
from sqlglot import exp

from customer360 import catalog, services, storage
from customer360.engine import INTERACTIVE, DataType, installed_engine
from customer360.errors import Customer360Error, ImportStoppedError
from customer360.imports import jobs, running
from customer360.imports import services as imports
from customer360.imports.proposing import propose_import
from customer360.imports.recovery import only_runner
from customer360.imports.spec import spec_of
from customer360.models import Import, Table, TableVersion
from customer360.semantics import Semantic
from customer360.services import ColumnDraft
from notifications.models import Notification
from runtime import clock
from tests.customer360.imports.people import PEOPLE, imported, latest, rejects_of, rows, upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from customer360.manifest import Manifest
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_file_becomes_a_table_with_types_meanings_and_marks(people: Table) -> None:
    assert list(people.columns.values_list("name", "type", "semantic", "is_pii", "companion_of")) == [
        ("customer_id", "string", "customer-key", False, ""),
        ("email", "string", "email", True, ""),
        ("email__email", "string", "", True, "email"),
        ("email__email_reason", "string", "", False, "email"),
        ("joined", "date", "", False, ""),
        ("spent", "decimal", "", False, ""),
        ("optin", "boolean", "", False, ""),
        ("seen", "datetime", "", False, ""),
    ]
    assert rows("customer_id", "joined", "spent", "optin") == [
        ("C1", date(2026, 1, 31), Decimal("10.5000"), True),
        ("C2", date(2025, 12, 1), None, False),
    ]


def test_the_email_rule_is_applied_once_at_import(people: Table) -> None:
    assert rows("email__email", "email__email_reason") == [("ada@example.com", None), (None, "no_at")]


def test_the_files_carry_their_pii_marks(people: Table) -> None:
    (file,) = people.current_version.manifest.files
    assert b'["email", "email__email"]' in pq.read_schema(storage.path_of(file.name)).metadata.values()


def test_appended_rows_come_after_and_known_keys_are_rejected(people: Table, tmp_path: Path) -> None:
    imported(tmp_path, "Email,CUSTOMER_ID\nbo@example.com,C3\nx@example.com,C1\n", mode=Import.Mode.APPEND)
    assert rows("customer_id", "email", "email__email", "spent") == [
        ("C1", " Ada@Example.com", "ada@example.com", Decimal("10.5000")),
        ("C2", "nobody", None, None),
        ("C3", "bo@example.com", "bo@example.com", None),
    ]
    assert rejects_of(latest()) == [(3, "customer_id", "known_key")]


def test_an_import_takes_in_what_others_bring_and_mark_meanwhile(
    people: Table, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def bring_and_mark() -> None:
        imported(tmp_path, "customer_id\nC4\n", mode=Import.Mode.APPEND)
        people.columns.filter(name="joined").update(is_pii=True, not_for_activation=True, semantic="birthdate")

    meanwhile(
        monkeypatch, lambda: imported(tmp_path, "customer_id\nC3\n", mode=Import.Mode.APPEND), bring_and_mark
    )
    ended = imports.import_file(
        source=upload("customer_id\nC5\nC3\n"), table_name="People", mode=Import.Mode.APPEND
    )
    assert [key for (key,) in rows("customer_id")] == ["C1", "C2", "C3", "C4", "C5"]
    assert rejects_of(ended) == [(3, "customer_id", "known_key")]
    assert people.columns.filter(name="joined", is_pii=True, not_for_activation=True).exists()


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("other", "mode", "words"),
    [
        ("customer_id,town\nC9,Hull\n", Import.Mode.REPLACE, "The table's columns changed"),
        ("customer_id\nC9\n", Import.Mode.APPEND, "The table kept changing"),
    ],
)
def test_an_import_gives_up_when_the_table_gets_other_columns_or_never_rests(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, other: str, mode: Import.Mode, words: str
) -> None:
    monkeypatch.setattr(running, "MOST_JOINS", 2 if mode == Import.Mode.REPLACE else 1)
    meanwhile(monkeypatch, lambda: imported(tmp_path, other, mode=mode))
    with pytest.raises(ImportStoppedError, match=words):
        imports.import_file(source=upload("customer_id\nC5\n"), table_name="People", mode=Import.Mode.APPEND)
    assert "C5" not in {key for (key,) in rows("customer_id")}


def meanwhile(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> None:
    """Lets others act while rows are joined: one act for each attempt."""
    left, joined = iter(acts), running._joined

    def held_up(*args: Any) -> Manifest:
        if act := next(left, None):
            act()
        return joined(*args)

    monkeypatch.setattr(running, "_joined", held_up)


def test_upserted_rows_replace_those_with_the_same_key_again_and_again(people: Table, tmp_path: Path) -> None:
    upsert = {"mode": Import.Mode.UPSERT}
    imported(tmp_path, "customer_id,email\nC2,b@example.com\nC3,c@example.com\n", **upsert)
    imported(tmp_path, "customer_id,email\nC1,a2@example.com\nC3,c2@example.com\n", **upsert)
    imported(tmp_path, "customer_id,email\nC2,b3@example.com\n", **upsert)
    assert rows("customer_id", "email") == [
        ("C1", "a2@example.com"),
        ("C2", "b3@example.com"),
        ("C3", "c2@example.com"),
    ]
    version: TableVersion = Table.objects.get(name="People").current_version
    assert version.row_count == 3
    assert sum(file.rows for file in version.manifest.files) == 3


def test_replaced_rows_bring_their_own_columns(people: Table, tmp_path: Path) -> None:
    imported(tmp_path, "customer_id,town\nC9,Hull\n")
    people.refresh_from_db()
    assert list(people.columns.values_list("name", flat=True)) == ["customer_id", "town"]
    assert rows("customer_id", "town") == [("C9", "Hull")]


def test_a_reader_keeps_what_it_began_with(people: Table, tmp_path: Path) -> None:
    before = catalog.pinned_relations(catalog.current_versions())
    imported(tmp_path, "customer_id,email\nC1,new@example.com\n", mode=Import.Mode.UPSERT)
    with installed_engine().open_session(before, limits=INTERACTIVE) as session:
        query = exp.select("email").from_("People").order_by("customer_id")
        assert session.rows(query) == [(" Ada@Example.com",), ("nobody",)]


def test_an_import_that_ran_is_not_run_again(people: Table) -> None:
    done = latest()
    again = imports.run_import(import_id=done.pk)
    assert again.version_id == done.version_id
    assert people.versions.count() == 1


def test_an_import_that_was_killed_runs_from_the_start(people: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    proposed = propose_import(source=upload("customer_id,email\nC3,c@example.com\n"), file_name="x.csv")
    started = imports.start_import(import_=proposed, spec=spec_of(proposed), mode=Import.Mode.APPEND, table=people)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(running, "_publish", killed)
        with pytest.raises(KeyboardInterrupt):
            imports.run_import(import_id=started.pk)
    assert len(rows("customer_id")) == 2
    imports.run_import(import_id=started.pk)
    assert [key for (key,) in rows("customer_id")] == ["C1", "C2", "C3"]


def test_a_cancelled_import_changes_nothing(people: Table) -> None:
    proposed = propose_import(source=upload("customer_id,email\nC3,c@example.com\n"), file_name="x.csv")
    started = imports.start_import(import_=proposed, spec=spec_of(proposed), mode=Import.Mode.APPEND, table=people)
    jobs.request_cancel(started)
    assert imports.run_import(import_id=started.pk).status == Import.Status.CANCELLED
    assert len(rows("customer_id")) == 2


def test_the_upload_goes_when_the_import_has_ended(people: Table) -> None:
    assert not storage.path_of(latest().upload).exists()
    assert [path.name for path in storage.import_folder(latest().pk).iterdir()] == []


def test_whoever_started_it_is_told(in_acme: None, cast: Cast) -> None:
    person = cast["datagrid_operator"]
    imports.import_file(source=upload(PEOPLE), table_name="People", started_by=person)
    told = Notification.objects.get(recipient=person)
    assert told.title.endswith("Completed")
    assert told.body == "2 rows imported into People."


def test_what_cannot_be_done_is_refused_before_it_starts(people: Table) -> None:
    other = services.create_table(name="Loose", columns=[ColumnDraft("a", DataType.STRING)])
    kept = services.keep_table(name="Kept", columns={"a": DataType.STRING})
    cases = [
        ({"table": people, "mode": Import.Mode.APPEND}, "town\nHull\n", "no column “customer_id”"),
        ({"table": other, "mode": Import.Mode.UPSERT}, "a\nx\n", "only in a table with a key"),
        ({"table": kept, "mode": Import.Mode.APPEND}, "a\nx\n", "made by Muster"),
        (
            {"table_name": "New", "mode": Import.Mode.REPLACE, "role": Table.Role.CUSTOMER_PROFILES},
            "a\nx\n",
            "needs a key",
        ),
        ({"table_name": "PEOPLE", "mode": Import.Mode.REPLACE}, "a\nx\n", "There is a table “PEOPLE” already"),
    ]
    for options, text, words in cases:
        proposed = propose_import(source=upload(text), file_name="x.csv")
        with pytest.raises(Customer360Error, match=words):
            imports.start_import(import_=proposed, spec=spec_of(proposed), **options)  # type: ignore[arg-type]


def test_two_imports_do_not_make_the_same_table(people: Table) -> None:
    first, second = (propose_import(source=upload("a\nx\n"), file_name="x.csv") for _ in range(2))
    imports.start_import(import_=first, spec=spec_of(first), mode=Import.Mode.REPLACE, table_name="New")
    with pytest.raises(ImportStoppedError, match="Another import makes the table “new”"):
        imports.start_import(import_=second, spec=spec_of(second), mode=Import.Mode.REPLACE, table_name="new")


def test_a_header_alone_makes_an_empty_table(in_acme: None, tmp_path: Path) -> None:
    table = imported(tmp_path, "customer_id,email\n")
    assert table.current_version.row_count == 0
    assert rows("customer_id") == []


def test_meanings_can_be_given(in_acme: None, tmp_path: Path) -> None:
    table = imported(tmp_path, "customer_id,contact\nC1,x\n", semantics={"contact": Semantic.EMAIL})
    assert table.columns.filter(name="contact__email_reason").exists()


def test_an_import_that_nobody_runs_any_more_is_found_and_given_up_after_three_times(people: Table) -> None:
    proposed = propose_import(source=upload("customer_id,email\nC3,c@example.com\n"), file_name="x.csv")
    started = imports.start_import(import_=proposed, spec=spec_of(proposed), mode=Import.Mode.APPEND, table=people)
    assert not due()
    long_ago = clock.now() - timedelta(hours=1)
    Import.objects.filter(pk=started.pk).update(status=Import.Status.RUNNING, queued_at=long_ago, attempts=3)
    assert due() == [started.pk]
    with only_runner(started.pk) as is_ours:
        assert is_ours
        assert not due()
    ended = imports.run_import(import_id=started.pk)
    assert (ended.status, ended.problem) == (Import.Status.FAILED, imports.BROKEN_OFF)
    assert not due()
    assert people.versions.count() == 1


def due() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT import_id FROM imports_due()")
        return [pk for (pk,) in cursor.fetchall()]
