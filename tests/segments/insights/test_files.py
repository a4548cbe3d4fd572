"""All customers of a segment as a file, from the button to the disk of who asked."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from accounts.models import Membership
from accounts.policies import Option
from audit.models import AuditEvent
from customer360 import storage, usage
from customer360.models import Column, TableVersion
from customer360.runs.files import written_rows
from runtime import clock
from segments.files.services import FILES, ask_for_file, remove_old_files, write_file
from segments.models import CustomerFile, Segment
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, Rules, Section
from tenants.scope import tenant_scope
from tests.segments.test_withheld import ANA

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    from tenants.models import Tenant
    from tests.cast import Cast

    SignIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db


def ask(client: Client, segment: Segment) -> str:
    answer = client.post(f"/t/acme/segments/{segment.pk}/customers/file/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def work_off(acme: Tenant) -> CustomerFile:
    with tenant_scope(acme):
        file: CustomerFile = CustomerFile.objects.latest("pk")
        write_file(file_id=file.pk)
        file.refresh_from_db()
    return file


def downloaded(client: Client, file: CustomerFile) -> list[dict[str, str]]:
    answer = client.get(f"/t/acme/segments/files/{file.pk}/customers.csv")
    assert answer.status_code == 200
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # it streams
    return list(csv.DictReader(lines))


def test_a_worker_writes_the_file_and_who_asked_takes_it_away(
    europe: Segment, acme: Tenant, cast: Cast, sign_in: SignIn
) -> None:
    client = sign_in("ampiq_user")
    assert "Waiting to start…" in ask(client, europe)
    file = work_off(acme)
    page = client.get(f"/t/acme/segments/files/{file.pk}/").content.decode()
    assert "6 customers, found" in page
    assert f"segments/files/{file.pk}/" in client.get(f"/t/acme/segments/{europe.pk}/customers/").content.decode()
    rows = downloaded(client, file)
    assert sorted(row["customer_id"] for row in rows) == ["C01", "C02", "C03", "C04", "C05", "C06"]
    assert "bo@example.com" in {row["email"] for row in rows}
    with tenant_scope(acme):
        (event,) = AuditEvent.objects.filter(action="segment:downloaded")
    assert (event.actor_id, event.subject_id, event.changes) == (
        file.started_by_id,
        str(europe.pk),
        {"customers": 6},
    )
    for other in ("datagrid_operator", "datagrid_administrator"):
        assert sign_in(other).get(f"/t/acme/segments/files/{file.pk}/customers.csv").status_code == 404


def test_personal_data_is_not_written_for_who_may_not_see_it_nor_read_by_who_no_longer_may(
    europe: Segment, acme: Tenant, cast: Cast, sign_in: SignIn
) -> None:
    restricted = sign_in("restricted_pii")
    assert "Cancel" in ask(restricted, europe)
    file = work_off(acme)
    assert {row["email"] for row in downloaded(restricted, file)} == {"redacted"}
    assert b"xample.com" not in storage_of(acme, file)

    marketer = sign_in("ampiq_user")
    ask(marketer, europe)
    before = work_off(acme)
    with tenant_scope(acme):
        membership = Membership.objects.get(user=cast["ampiq_user"])
        membership.options = [*membership.options, Option.RESTRICT_PII_ACCESS]
        membership.save()
    assert marketer.get(f"/t/acme/segments/files/{before.pk}/customers.csv").status_code == 403


def storage_of(acme: Tenant, file: CustomerFile) -> bytes:
    with tenant_scope(acme):
        return storage.path_of(file.result).read_bytes()


def test_what_personal_data_decides_is_not_written_for_who_may_not_see_it(
    europe: Segment, acme: Tenant, sign_in: SignIn
) -> None:
    with tenant_scope(acme):
        rules = Rules(include=Group(sections=(Section(id="s", conditions=(ANA,)),)))
        Segment.objects.filter(pk=europe.pk).update(draft_rules=rules.model_dump(mode="json"))
    answer = sign_in("restricted_pii").post(f"/t/acme/segments/{europe.pk}/customers/file/")
    assert answer.status_code == 403
    assert sign_in("restricted_downloads").post(f"/t/acme/segments/{europe.pk}/customers/file/").status_code == 403
    with tenant_scope(acme):
        assert not CustomerFile.objects.exists()


def test_a_file_that_is_cancelled_lost_or_about_nothing_is_told_in_words(
    europe: Segment, acme: Tenant, cast: Cast, sign_in: SignIn
) -> None:
    client, person = sign_in("ampiq_user"), cast["ampiq_user"]
    ask(client, europe)
    with tenant_scope(acme):
        first = CustomerFile.objects.latest("pk")
    asking = {"HX-Request": "true", "HX-Target": "run-progress"}
    progress = client.get(f"/t/acme/segments/files/{first.pk}/", headers=asking).content.decode()
    assert ('id="run-progress"' in progress, "Cancel" in progress) == (True, False), "the button stays as it is"
    client.post(f"/t/acme/segments/files/{first.pk}/cancel/")
    assert work_off(acme).status == CustomerFile.Status.CANCELLED
    assert "No file was written" in client.get(f"/t/acme/segments/files/{first.pk}/").content.decode()

    ask(client, europe)
    with tenant_scope(acme):
        lost = CustomerFile.objects.latest("pk")
        begun = clock.now() - FILES.silence - timedelta(seconds=1)
        CustomerFile.objects.filter(pk=lost.pk).update(status="running", begun_at=begun)
    assert "went away" in client.get(f"/t/acme/segments/files/{lost.pk}/").content.decode()

    gone = AttributeCondition(id="x", attribute="gone", operator=Operator.IS_NULL)
    with tenant_scope(acme):
        rules = Rules(include=Group(sections=(Section(id="s", conditions=(gone,)),)))
        Segment.objects.filter(pk=europe.pk).update(draft_rules=rules.model_dump(mode="json"))
        ask_for_file(segment=Segment.objects.get(pk=europe.pk), actor=person, restricted_pii=False)
    assert "gone" in work_off(acme).problem


def test_what_an_open_file_reads_stays_and_old_files_go(europe: Segment, acme: Tenant, cast: Cast) -> None:
    with tenant_scope(acme):
        file = ask_for_file(segment=europe, actor=cast["ampiq_user"], restricted_pii=False)
        version = TableVersion.objects.get()
        FILES.pin(file, {version.table.name: version.pk})
        assert version.pk in usage.pinned_versions()
    done = work_off(acme)
    with tenant_scope(acme):
        assert version.pk not in usage.pinned_versions()
        path = storage.path_of(done.result)
        assert path.exists()
        remove_old_files(clock.now())
        assert not path.exists()
        assert not CustomerFile.objects.exists()


def test_times_in_a_file_are_those_of_the_tenants_zone(tmp_path: Path) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    rows = {"at": [noon, None], "email": ["a@example.com", "b@example.com"]}
    pq.write_table(pa.table(rows), tmp_path / "f.parquet")
    written = list(written_rows(tmp_path / "f.parquet", ZoneInfo("Europe/London"), hidden={"email"}))
    assert written == [["2026-07-01T13:00:00+01:00", "redacted"], ["", "redacted"]]


def test_what_becomes_personal_after_the_file_was_written_is_left_out(
    europe: Segment, acme: Tenant, sign_in: SignIn
) -> None:
    restricted = sign_in("restricted_pii")
    ask(restricted, europe)
    file = work_off(acme)
    assert "10" in {row["points"] for row in downloaded(restricted, file)}
    with tenant_scope(acme):
        Column.objects.filter(table__name="Customer360", name="points").update(is_pii=True)
    assert {row["points"] for row in downloaded(restricted, file)} == {"redacted"}
