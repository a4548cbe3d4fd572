"""The database itself keeps tenants apart, for raw SQL by the application's role as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from tenants.introspection import role_rights, tenant_models, unprotected_tables
from tenants.operations import tenant_references
from tenants.scope import tenant_scope
from tests.library.models import Book, Shelf

if TYPE_CHECKING:
    from tenants.models import Tenant, TenantModel

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else [cursor.rowcount]


def test_tests_connect_as_the_role_that_policies_bind() -> None:
    with connection.cursor() as cursor:
        assert not role_rights(cursor).could_bypass


def test_no_scope_shows_no_rows(acme_shelf: Shelf, globex_shelf: Shelf) -> None:
    assert sql("SELECT name FROM library_shelf") == []
    assert sql("UPDATE library_shelf SET name = 'x'") == [0]
    assert sql("DELETE FROM library_book") == [0]


def test_no_scope_takes_no_rows(acme: Tenant) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        sql("INSERT INTO library_shelf (tenant_id, name) VALUES (%s, 'x')", acme.pk)


def test_a_scope_shows_and_changes_its_own_rows_only(
    acme: Tenant, globex: Tenant, acme_shelf: Shelf, globex_shelf: Shelf
) -> None:
    with tenant_scope(acme):
        assert sql("SELECT name FROM library_shelf") == [("Acme's",)]
        assert sql("UPDATE library_shelf SET name = 'x' WHERE id = %s", globex_shelf.pk) == [0]
        assert sql("DELETE FROM library_book WHERE shelf_id = %s", globex_shelf.pk) == [0]
    with tenant_scope(globex):
        assert sql("SELECT name FROM library_shelf") == [("Globex's",)]


def test_a_row_can_not_be_written_for_or_moved_to_another_tenant(
    acme: Tenant, globex: Tenant, acme_shelf: Shelf
) -> None:
    with tenant_scope(acme):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            sql("INSERT INTO library_shelf (tenant_id, name) VALUES (%s, 'x')", globex.pk)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            sql("UPDATE library_shelf SET tenant_id = %s", globex.pk)


def test_no_foreign_key_crosses_tenants(acme: Tenant, globex_shelf: Shelf) -> None:
    with tenant_scope(acme), pytest.raises(IntegrityError, match="tenant_fk"), transaction.atomic():
        Book.objects.create(shelf_id=globex_shelf.pk, title="stolen")
        connection.check_constraints()


def test_the_application_can_not_switch_the_policies_off() -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        sql("ALTER TABLE library_shelf DISABLE ROW LEVEL SECURITY")
    with pytest.raises(ProgrammingError), transaction.atomic():
        sql("SET ROLE muster_owner")


@pytest.mark.parametrize(
    "statement",
    [
        "SET SESSION AUTHORIZATION muster_owner",
        "SELECT rolpassword FROM pg_authid",
        "DROP POLICY tenant ON library_shelf",
        "SET LOCAL row_security = off; SELECT * FROM library_shelf",
        "UPDATE audit_auditevent SET action = 'nothing:happened'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
        "CREATE TABLE public.mine (a int)",
        "CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
        "CREATE SCHEMA mine",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "ALTER ROLE muster_app BYPASSRLS",
    ],
)
def test_the_application_can_not_climb(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement)


def test_what_runs_with_the_owners_rights_looks_names_up_in_our_schema_first() -> None:
    paths = sql("SELECT proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
    assert {tuple(path) for (path,) in paths} == {("search_path=public, pg_temp",)}


def test_every_table_is_global_by_name_or_protected() -> None:
    with connection.cursor() as cursor:
        assert unprotected_tables(cursor) == set()


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_every_tenant_owned_table_has_its_policy_and_composite_keys(model: type[TenantModel]) -> None:
    policies = sql(
        "SELECT pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy"
        " WHERE polrelid = %s::regclass AND polname = 'tenant'",
        model._meta.db_table,
    )
    assert len(policies) == 1
    assert all("app.tenant_id" in expression for expression in policies[0])
    keys = sql(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass",
        model._meta.db_table,
    )
    definitions = {definition for (definition,) in keys}
    assert "UNIQUE (tenant_id, id)" in definitions
    for field in tenant_references(model):
        assert any(d.startswith(f"FOREIGN KEY (tenant_id, {field.column})") for d in definitions), field.name
