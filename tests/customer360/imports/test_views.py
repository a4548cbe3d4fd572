"""The way of a file into a table, as operators of Acme walk it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from customer360 import storage
from customer360.imports import services as imports
from customer360.imports.confirming import look_again
from customer360.models import Import, Table
from runtime import clock
from tenants.scope import tenant_scope
from tests.customer360.imports.browserless import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.http import HttpResponse
    from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

    from tenants.models import Tenant

pytestmark = pytest.mark.django_db

PEOPLE = (
    b"customer_id;email;joined\nC1;=ada@example.com;2026-01-31\nC2;bo@example.com;2026-02-28\n;x@example.com;\n"
)


@pytest.fixture
def operator(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("datagrid_operator")


def uploaded(
    client: Client, content: bytes = PEOPLE, name: str = "people list.csv", **fields: Any
) -> HttpResponse:
    answer: Any = client.post("/t/acme/imports/upload/", {"file": SimpleUploadedFile(name, content), **fields})
    return answer  # type: ignore[no-any-return]  # the test client's answers are untyped


def posted(page: str) -> dict[str, str]:
    """What a browser sends when nobody changes anything on the page of a proposal."""
    return fields_of(page, "confirm")


def proposal(client: Client, **options: Any) -> tuple[Import, str]:
    answer = uploaded(client, **options)
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("created_at"), client.get(answer.headers["Location"]).content.decode()


def run(client: Client, import_: Import, fields: dict[str, str]) -> Import:
    answer = client.post(f"/t/acme/imports/{import_.pk}/start/", fields)
    assert answer.status_code == 302, answer.content.decode()
    return imports.run_import(import_id=import_.pk)


def test_a_file_is_uploaded_confirmed_and_imported(operator: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        proposed, page = proposal(operator)
        fields = posted(page)
        assert {key: fields[key] for key in ("table_name", "role", "key")} == {
            "table_name": "people_list",
            "role": "customer_profiles",
            "key": "customer_id",
        }
        assert "=ada@example.com" in page
        ended = run(operator, proposed, {**fields, "table_name": "People", "columns-2-name": "since"})
        assert (ended.status, ended.row_count, ended.reject_count) == ("completed", 2, 1)
        assert ended.table is not None
        names = list(ended.table.columns.filter(companion_of="").values_list("name", "is_pii"))
        assert names == [("customer_id", False), ("email", True), ("since", False)]

        page = operator.get(f"/t/acme/imports/{ended.pk}/").content.decode()
        assert "The row has no key." in page
        report = operator.get(f"/t/acme/imports/{ended.pk}/rejects.csv")
        assert b"".join(report.streaming_content) == b"line,column,reason\r\n4,customer_id,The row has no key.\r\n"  # type: ignore[attr-defined]
        ended.version.delete()  # as versions go that nobody reads any more
        listed = operator.get("/t/acme/imports/").content.decode()
        assert "people list.csv" in listed
        assert '<td data-label="Rows" class="num">2</td>' in listed


def test_what_was_found_out_can_be_put_right(operator: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        proposed, _ = proposal(operator, content="a|b;c\n1|2;ž\n".encode("iso8859-2"), name="x.csv")
        said = {"delimiter": ";", "encoding": "iso8859-2"}
        answer = operator.post(f"/t/acme/imports/{proposed.pk}/read-again/", said, follow=True)
        page = answer.content.decode()
        assert "ž" in page
        assert "column_2" in page
        ended = run(operator, proposed, {**posted(page), "table_name": "Odd", "role": "other", "key": ""})
        assert (ended.status, ended.row_count) == ("completed", 2)


def test_a_table_that_is_there_takes_rows_by_key(operator: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        proposed, page = proposal(operator)
        table = run(operator, proposed, {**posted(page), "table_name": "People"}).table
        assert isinstance(table, Table)
        more = b"customer_id,email,town\nC2,new@example.com,Hull\nC9,c9@example.com,Bath\n"
        proposed, page = proposal(operator, content=more, table=table.pk)
        assert "<bdi>joined</bdi>. They stay empty" in page
        assert "<bdi>town</bdi>. They come into the table only if you replace all rows" in page
        fields = posted(page)
        assert fields["mode"] == "upsert"
        assert run(operator, proposed, fields).version.row_count == 3


def test_a_file_that_is_no_table_is_refused_in_words_and_leaves_nothing(operator: Client, acme: Tenant) -> None:
    answer = uploaded(operator, b"PK\x03\x04rest", "people.csv")
    assert "Save it as CSV" in operator.get(answer.headers["Location"]).content.decode()
    with tenant_scope(acme):
        assert not Import.objects.exists()
        assert not list((storage.tenant_folder() / "uploads").glob("*"))


def test_an_upload_that_is_too_large_is_refused_while_it_comes(
    operator: Client, acme: Tenant, settings: Settings
) -> None:
    settings.IMPORT_MAX_BYTES = 20
    answer = uploaded(operator)
    assert "larger than 20 bytes" in answer.content.decode()
    with tenant_scope(acme):
        assert not list((storage.tenant_folder() / "uploads").glob("*"))


def test_an_upload_needs_the_token_of_its_page(acme: Tenant, operator: Client) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = operator.cookies
    assert uploaded(careful).status_code == 403
    with tenant_scope(acme):
        assert not list((storage.tenant_folder() / "uploads").glob("*"))


def test_a_start_that_can_not_be_is_told_and_loses_nothing(operator: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        proposed, page = proposal(operator)
        fields = {**posted(page), "key": "", "columns-0-name": "typed by hand"}
        answer = operator.post(f"/t/acme/imports/{proposed.pk}/start/", fields).content.decode()
        assert "needs a key" in answer
        assert "typed by hand" in answer


def test_a_failed_import_is_tried_again_with_other_choices(
    operator: Client, acme: Tenant, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with tenant_scope(acme):
        proposed, page = proposal(operator)
        failed = run(operator, proposed, {**posted(page), "table_name": "People", "reject_limit": "0"})
        address = f"/t/acme/imports/{failed.pk}/"
        assert "Try again" in operator.get(address).content.decode()
        asked = [operator.post(f"{address}try-again/").headers["Location"] for _ in range(2)]
        assert asked[0] == asked[1] != address
        with django_capture_on_commit_callbacks(execute=True):
            operator.post(f"{asked[0]}cancel/")  # which leaves the file to be tried once more
        again = operator.post(f"{address}try-again/").headers["Location"]
        fields = posted(operator.get(again).content.decode())
        assert (fields["table_name"], fields["key"], fields["reject_limit"]) == ("People", "customer_id", "0")
        ended = run(operator, Import.objects.latest("created_at"), {**fields, "reject_limit": "1"})
        assert (ended.status, ended.row_count) == ("completed", 2)
        assert not storage.path_of(ended.upload).exists()
        assert "Try again" not in operator.get(address).content.decode()
        told = operator.post(f"{address}try-again/", follow=True).content.decode()
        assert "not kept any more" in told


def test_discarding_a_proposal_removes_its_file(
    operator: Client, acme: Tenant, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with tenant_scope(acme):
        proposed, _ = proposal(operator)
        with django_capture_on_commit_callbacks(execute=True):
            operator.post(f"/t/acme/imports/{proposed.pk}/cancel/")
        assert not storage.path_of(proposed.upload).exists()
        assert Import.objects.get(pk=proposed.pk).status == Import.Status.CANCELLED


def test_files_of_the_tenants_own_folder_can_be_imported_and_nothing_else(
    operator: Client, acme: Tenant, settings: Settings, tmp_path: Path
) -> None:
    settings.IMPORT_DIR = str(tmp_path)
    (tmp_path / "globex").mkdir()
    (tmp_path / "globex" / "theirs.csv").write_text("a\n1\n")
    own = tmp_path / "acme"
    own.mkdir()
    (own / "people.csv").write_bytes(PEOPLE)
    (own / "link.csv").symlink_to(tmp_path / "globex" / "theirs.csv")
    (own / "folder.csv").mkdir()
    page = operator.get("/t/acme/imports/new/").content.decode()
    assert "people.csv" in page
    assert "link.csv" not in page
    assert "folder.csv" not in page
    with tenant_scope(acme):
        for name in ("link.csv", "../globex/theirs.csv", "/etc/passwd", "folder.csv", ""):
            operator.post("/t/acme/imports/folder/", {"name": name})
        assert not Import.objects.exists()
        answer = operator.post("/t/acme/imports/folder/", {"name": "people.csv"}, follow=True)
        proposed = Import.objects.get()
        ended = run(operator, proposed, {**posted(answer.content.decode()), "table_name": "People"})
        assert (ended.status, ended.row_count) == ("completed", 2)
        assert (own / "people.csv").exists()


def test_a_file_that_became_a_link_after_it_was_looked_at_is_not_followed(
    operator: Client, acme: Tenant, settings: Settings, tmp_path: Path
) -> None:
    settings.IMPORT_DIR = str(tmp_path)
    (tmp_path / "acme").mkdir()
    (tmp_path / "secret.csv").write_bytes(PEOPLE)
    file = tmp_path / "acme" / "people.csv"
    file.write_bytes(PEOPLE)
    with tenant_scope(acme):
        answer = operator.post("/t/acme/imports/folder/", {"name": "people.csv"}, follow=True)
        file.unlink()
        file.symlink_to(tmp_path / "secret.csv")
        proposed = Import.objects.get()
        ended = run(operator, proposed, {**posted(answer.content.decode()), "table_name": "People"})
        assert ended.status == Import.Status.FAILED
        assert "no longer in the folder" in ended.problem


def test_a_file_of_the_folder_is_tried_again_as_it_was_decided_while_it_is_offered(
    operator: Client, acme: Tenant, settings: Settings, tmp_path: Path
) -> None:
    settings.IMPORT_DIR = str(tmp_path)
    (tmp_path / "acme").mkdir()
    file = tmp_path / "acme" / "people.csv"
    file.write_bytes(PEOPLE)
    with tenant_scope(acme):
        answer = operator.post("/t/acme/imports/folder/", {"name": "people.csv"}, follow=True)
        fields = {**posted(answer.content.decode()), "table_name": "People", "reject_limit": "0"}
        failed = run(operator, Import.objects.get(), fields)
        operator.post("/t/acme/imports/folder/", {"name": "people.csv"})  # somebody's, for another table
        address = f"/t/acme/imports/{failed.pk}/"
        assert "Correct the file in the folder" in operator.get(address).content.decode()
        asked = {operator.post(f"{address}try-again/").headers["Location"] for _ in range(2)}
        again = Import.objects.latest("created_at")
        assert asked == {f"/t/acme/imports/{again.pk}/"}
        assert (again.table_name, again.reject_limit) == ("People", 0)

        settings.IMPORT_DIR = ""
        assert not imports.may_be_proposed_anew(failed)
        settings.IMPORT_DIR = str(tmp_path)
        assert imports.may_be_proposed_anew(failed)
        file.rename(tmp_path / "secret.csv")
        file.symlink_to(tmp_path / "secret.csv")
        assert not imports.may_be_proposed_anew(failed)
        assert look_again(again) is None
        file.unlink()
        (tmp_path / "secret.csv").rename(file)
        Import.objects.filter(pk=again.pk).update(status=Import.Status.COMPLETED, finished_at=clock.now())
        assert not imports.may_be_proposed_anew(failed)
