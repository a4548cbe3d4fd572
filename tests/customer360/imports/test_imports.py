"""Files on their way into tables, with everything that can be wrong with them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection
from sqlglot import exp

from customer360 import catalog, services, storage
from customer360.engine import INTERACTIVE, DataType, duckdb_sql, installed_engine
from customer360.errors import Customer360Error, ImportStoppedError
from customer360.imports import jobs, running, staging
from customer360.imports import services as imports
from customer360.imports.proposing import look_at, propose_import
from customer360.imports.recovery import only_runner
from customer360.imports.spec import spec_of
from customer360.models import Import, Table, TableVersion
from customer360.semantics import Semantic
from customer360.services import ColumnDraft
from notifications.models import Notification
from runtime import clock
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from customer360.manifest import Manifest
    from tenants.models import Tenant
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

PEOPLE = (
    "customer_id,email,joined,spent,optin,seen\n"
    "C1, Ada@Example.com,2026-01-31,10.50,yes,2026-06-30 12:00:00\n"
    "C2,nobody,2025-12-01,,no,2026-06-30T12:00:00Z\n"
)


@pytest.fixture
def in_acme(acme: Tenant) -> Iterator[None]:
    acme.time_zone = "Europe/London"
    acme.save()
    with tenant_scope(acme):
        yield


@pytest.fixture
def people(in_acme: None, tmp_path: Path) -> Table:
    return imported(tmp_path, PEOPLE)


def upload(text: str | bytes, name: str = "people.csv") -> Path:
    path = storage.new_upload(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def imported(tmp_path: Path, text: str | bytes, **options: object) -> Table:
    chosen = {"table_name": "People", "role": Table.Role.CUSTOMER_PROFILES, "key_column": "customer_id", **options}
    table = imports.import_file(source=upload(text), **chosen).table  # type: ignore[arg-type]  # passed through
    assert isinstance(table, Table)
    return table


def rows(*columns: str) -> list[tuple[object, ...]]:
    query = (
        exp.select(*(exp.column(name, quoted=True) for name in columns)).from_("People").order_by("customer_id")
    )
    with installed_engine().open_session(catalog.current_relations(), limits=INTERACTIVE) as session:
        return session.rows(query)


def rejects_of(import_: Import) -> list[tuple[int, str, str]]:
    report = pq.read_table(storage.path_of(import_.rejects)).to_pylist()
    return [(row["line"], row["column"], row["reason"]) for row in report]


def latest() -> Import:
    return Import.objects.latest("created_at")


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


def test_a_time_without_a_zone_is_one_of_the_tenants_zone(people: Table) -> None:
    assert rows("seen") == [(datetime(2026, 6, 30, 11, tzinfo=UTC),), (datetime(2026, 6, 30, 12, tzinfo=UTC),)]


def test_the_files_carry_their_pii_marks(people: Table) -> None:
    (file,) = people.current_version.manifest.files
    assert b'["email", "email__email"]' in pq.read_schema(storage.path_of(file.name)).metadata.values()


def test_a_row_that_does_not_fit_is_left_out_and_named_by_line(in_acme: None, tmp_path: Path) -> None:
    source = upload(
        "customer_id,age,name\n"
        + "".join(f"A{number},30,x\n" for number in range(10))
        + 'C1,30,"two\nlines"\nC2,old,x\nC3,30\n\nC4,30,x,y\n,30,x\nC1,31,x\nC5,32,x\n'
    )
    proposed = propose_import(source=source, file_name="people.csv")
    spec = spec_of(proposed)
    typed = spec.with_columns(
        column.model_copy(update={"type": DataType.INTEGER}) if column.name == "age" else column
        for column in spec.columns
    )
    started = imports.start_import(
        import_=proposed, spec=typed, mode=Import.Mode.REPLACE, table_name="People", key_column="customer_id"
    )
    ended = imports.run_import(import_id=started.pk)
    assert (ended.status, ended.row_count, ended.reject_count) == ("completed", 12, 5)
    assert rejects_of(ended) == [
        (14, "age", "wrong_type"),
        (15, "", "too_few_fields"),
        (17, "", "too_many_fields"),
        (18, "customer_id", "missing_key"),
        (19, "customer_id", "repeated_key"),
    ]
    assert rows("customer_id", "name")[-2:] == [("C1", "two\nlines"), ("C5", "x")]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_no_number_is_rounded_to_a_whole_one(in_acme: None, ending: str, tmp_path: Path) -> None:
    imported(tmp_path, "customer_id,visits\nC1,1\n")  # a column of whole numbers, by its first rows
    if ending == "csv":
        more = upload("customer_id,visits\nC2,1.5\nC2,2.0\nC3,3\nC4,x\nC5,99999999999999999999\n")
        wrong = [2, 5, 6]
    else:
        more = storage.new_upload("more.parquet")
        pq.write_table(pa.table({"customer_id": ["C2", "C2", "C3"], "visits": [1.5, 2.0, 3.0]}), more)
        wrong = [1]
    ended = imports.import_file(source=more, table_name="People", mode=Import.Mode.APPEND)
    assert rejects_of(ended) == [(line, "visits", "wrong_type") for line in wrong]
    assert rows("customer_id", "visits") == [("C1", 1), ("C2", 2), ("C3", 3)]  # C2 once: the other row is out


def test_no_row_is_lost_when_there_are_more_faults_than_can_be_told(
    in_acme: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (duckdb_sql, staging):
        monkeypatch.setattr(module, "MOST_FAULTS", 10)
    good = "customer_id,a,b,c\nG,2026-01-01,2026-01-01,2026-01-01\n"
    proposed = propose_import(source=upload(good), file_name="x.csv")
    storage.path_of(proposed.upload).write_text(good + "B,x,y,z\n" * 20)
    started = imports.start_import(
        import_=proposed,
        spec=spec_of(proposed),
        mode=Import.Mode.REPLACE,
        table_name="New",
        key_column="customer_id",
    )
    ended = imports.run_import(import_id=started.pk)
    assert ended.status == Import.Status.FAILED
    assert "values do not fit" in ended.problem
    assert ended.reject_count < min(20, ended.reject_limit)  # not all that there are
    assert not Table.objects.filter(name="New").exists()


def test_too_many_rejects_stop_the_import_and_nothing_changes(people: Table) -> None:
    before = people.current_version_id
    proposed = propose_import(source=upload("customer_id,email\nC7,a\n,b\n,c\n"), file_name="x.csv")
    started = imports.start_import(
        import_=proposed, spec=spec_of(proposed), mode=Import.Mode.APPEND, table=people, reject_limit=1
    )
    ended = imports.run_import(import_id=started.pk)
    assert ended.status == Import.Status.FAILED
    assert "More than 1 rows" in ended.problem
    assert [line for line, _, _ in rejects_of(ended)] == [3, 4]
    people.refresh_from_db()
    assert people.current_version_id == before


def test_appended_rows_come_after_and_known_keys_are_rejected(people: Table, tmp_path: Path) -> None:
    imported(tmp_path, "Email,CUSTOMER_ID\nbo@example.com,C3\nx@example.com,C1\n", mode=Import.Mode.APPEND)
    assert rows("customer_id", "email", "email__email", "spent") == [
        ("C1", " Ada@Example.com", "ada@example.com", Decimal("10.5000")),
        ("C2", "nobody", None, None),
        ("C3", "bo@example.com", "bo@example.com", None),
    ]
    assert rejects_of(latest()) == [(3, "customer_id", "known_key")]


def test_an_import_takes_in_what_another_one_brought_meanwhile(
    people: Table, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    others = iter(["customer_id\nC3\n", "customer_id\nC4\n"])
    joined = running._joined

    def held_up(*args: Any) -> Manifest:
        if other := next(others, None):
            imported(tmp_path, other, mode=Import.Mode.APPEND)
        return joined(*args)

    monkeypatch.setattr(running, "_joined", held_up)
    ended = imports.import_file(
        source=upload("customer_id\nC5\nC3\n"), table_name="People", mode=Import.Mode.APPEND
    )
    assert [key for (key,) in rows("customer_id")] == ["C1", "C2", "C3", "C4", "C5"]
    assert rejects_of(ended) == [(3, "customer_id", "known_key")]


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


def test_a_parquet_file_is_imported_with_its_types(in_acme: None, tmp_path: Path) -> None:
    path = storage.new_upload("people.parquet")
    table = pa.table(
        {
            "customer_id": ["C1", "C2", None, "C1"],
            "email": ["a@example.com", "x", "b@example.com", "c@example.com"],
            "seen": pa.array([datetime(2026, 6, 30, 12)] * 4, pa.timestamp("us")),  # noqa: DTZ001  it has no zone
            "tags": [["a"], [], None, ["b", "c"]],
        }
    )
    pq.write_table(table, path)
    ended = imports.import_file(source=path, table_name="People", key_column="customer_id")
    assert rejects_of(ended) == [(3, "customer_id", "missing_key"), (4, "customer_id", "repeated_key")]
    assert rows("customer_id", "email__email_reason", "seen", "tags") == [
        ("C1", None, datetime(2026, 6, 30, 11, tzinfo=UTC), "[a]"),
        ("C2", "no_at", datetime(2026, 6, 30, 11, tzinfo=UTC), "[]"),
    ]


def test_a_parquet_value_that_does_not_fit_the_table_is_rejected(people: Table) -> None:
    path = storage.new_upload("more.parquet")
    pq.write_table(pa.table({"customer_id": ["C8", "C9"], "joined": ["2026-02-30", "2026-02-28"]}), path)
    ended = imports.import_file(source=path, table_name="People", mode=Import.Mode.APPEND)
    assert rejects_of(ended) == [(1, "joined", "wrong_type")]
    assert rows("customer_id", "joined")[-1] == ("C9", date(2026, 2, 28))


def test_a_parquet_type_that_is_too_narrow_for_its_values_is_not_proposed(in_acme: None) -> None:
    path = storage.new_upload("numbers.parquet")
    numbers = {
        "money": pa.array([Decimal("10.5000000000")], pa.decimal128(38, 10)),
        "rate": pa.array([Decimal("1.2345678901")], pa.decimal128(38, 10)),
        "vast": pa.array([Decimal("12345678901234567890.5")], pa.decimal128(38, 10)),
        "id": pa.array([2**64 - 1], pa.uint64()),
        "tags": pa.array([["a", None]]),
    }
    pq.write_table(pa.table(numbers), path)
    look = look_at(path)
    assert [column.type for column in look.spec.columns] == ["decimal", "float", "float", "string", "string"]
    assert look.rows[0][-1] == "[a, NULL]"


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


def test_dates_of_a_brand_are_read_in_its_own_way(in_acme: None, tmp_path: Path) -> None:
    imported(tmp_path, "customer_id;joined;semantics\nC1;31/01/2026;x\nC2;01/02/2026;y\n")
    assert rows("joined") == [(date(2026, 1, 31),), (date(2026, 2, 1),)]


def test_numbers_are_read_with_the_decimal_sign_of_the_file(in_acme: None) -> None:
    text = "customer_id;paid;rate;visits;told\nC1;10,50;1.5;3;1,234\nC2;-7;2.25;4;5,678\nC3;1.000,50;1;5;9\n"
    proposed = propose_import(source=upload(text.rpartition("C3")[0]), file_name="x.csv")
    storage.path_of(proposed.upload).write_text(text)
    spec = spec_of(proposed)
    assert [column.type for column in spec.columns[1:]] == ["decimal", "string", "integer", "string"]
    imports.start_import(import_=proposed, spec=spec, mode=Import.Mode.REPLACE, table_name="People")
    ended = imports.run_import(import_id=proposed.pk)
    assert rows("paid", "rate") == [(Decimal("10.5000"), "1.5"), (Decimal("-7.0000"), "2.25")]
    assert rejects_of(ended) == [(4, "paid", "wrong_type")]


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
