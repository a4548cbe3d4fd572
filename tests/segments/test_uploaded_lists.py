"""Files that marketers upload become audiences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from sqlglot import exp

from customer360 import catalog, storage
from customer360.engine import INTERACTIVE, installed_engine
from customer360.imports.services import run_import
from customer360.models import Import, Table
from segments.compiler import predicate
from segments.models import Segment
from segments.nesting import present_moment
from segments.schema import current_schema
from tenants.scope import tenant_scope
from tests.access.customers import make_customers

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tenants.models import Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(acme: Tenant, sign_in: Callable[[str], Client]) -> Client:
    with tenant_scope(acme):
        make_customers()
    return sign_in("ampiq_user")


def upload(client: Client, content: bytes, name: str = "VIPs") -> str:
    fields = {"name": name, "file": SimpleUploadedFile("list.csv", content)}
    return client.post("/t/acme/segments/lists/upload/", fields, follow=True).content.decode()


def test_a_list_is_uploaded_and_used_as_an_audience(marketer: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        page = upload(marketer, b"ID,name\ncustomer-2,x\ncustomer-0,y\nunknown,z\n,\n")
        assert "Waiting to start" in page
        ended = run_import(import_id=Import.objects.get().pk)
        assert (ended.status, ended.row_count) == ("completed", 4)
        table = Table.objects.lists().get()
        assert [column.name for column in table.columns.all()] == ["ID"]

        answer = marketer.post(f"/t/acme/segments/lists/{table.pk}/use/", follow=True)
        segment = Segment.objects.get()
        assert (segment.name, segment.status) == ("VIPs", "active")
        assert "VIPs" in answer.content.decode()
        schema = current_schema()
        condition = predicate(segment.rules, schema, present_moment())
        everybody = exp.to_table(schema.profiles.table, quoted=True)
        with installed_engine().open_session(catalog.current_relations(), limits=INTERACTIVE) as session:
            found = session.rows(exp.select("id").from_(everybody).where(condition))
        assert {key for (key,) in found} == {"customer-0", "customer-2"}

        marketer.post(f"/t/acme/segments/lists/{table.pk}/use/")
        assert Segment.objects.count() == 1
        upload(marketer, b"id,name\ncustomer-1,x\ncustomer-2\n")
        run_import(import_id=Import.objects.latest("created_at").pk)
        assert Table.objects.lists().get().current_version.row_count == 1
        page = marketer.get("/t/acme/segments/lists/").content.decode()
        assert "Line 3: The row has fewer fields than the header." in page
        upload(marketer, b"id,name\ncustomer-1,x\n", name="Guests")
        page = marketer.get("/t/acme/segments/lists/").content.decode()
        assert "Line 3" not in page, "Only the report of the last import is opened."


def test_a_file_that_names_nobody_is_refused_and_leaves_nothing(marketer: Client, acme: Tenant) -> None:
    assert "No column of e-mail addresses" in upload(marketer, b"city\nParis\n")
    assert "that is no list" in upload(marketer, b"email\na@example.com\n", name="Customer360")
    with tenant_scope(acme):
        assert not Import.objects.exists()
        assert not list((storage.tenant_folder() / "uploads").glob("*"))
