"""The scope reaches the database, survives what connections go through, and ends when it ends."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from tenants.errors import TenantScopeError
from tenants.scope import active_scope, active_tenant_id, require_tenant_id, tenant_scope, user_scope

if TYPE_CHECKING:
    from tenants.models import Tenant
    from tests.library.models import Shelf


def database_scope() -> tuple[str, str]:
    with connection.cursor() as cursor:
        return _settings(cursor)


def kept_by_the_server() -> tuple[str, str]:
    """What the open connection holds, asked without Django's cursor, which would settle it first."""
    with connection.connection.cursor() as cursor:
        return _settings(cursor)


def _settings(cursor: object) -> tuple[str, str]:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT coalesce(current_setting('app.tenant_id', true), ''),"
        " coalesce(current_setting('app.user_id', true), '')"
    )
    return cursor.fetchone()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.django_db
def test_the_database_knows_the_tenant_and_the_user_inside_and_nobody_after() -> None:
    with user_scope(5), tenant_scope(7):
        assert database_scope() == ("7", "5")
    assert kept_by_the_server() == ("", "")
    assert active_tenant_id() is None


@pytest.mark.django_db
def test_an_error_inside_ends_the_scope_as_well() -> None:
    with pytest.raises(ZeroDivisionError), tenant_scope(7):
        assert database_scope() == ("7", "")
        _ = 1 / 0
    assert kept_by_the_server() == ("", "")


@pytest.mark.django_db(transaction=True)
def test_a_kept_connection_carries_nothing_into_the_next_request() -> None:
    with tenant_scope(7), transaction.atomic():
        assert database_scope() == ("7", "")
    assert kept_by_the_server() == ("", "")


@pytest.mark.django_db(transaction=True)
def test_the_scope_holds_after_a_rollback_that_undid_it() -> None:
    with tenant_scope(7):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            assert database_scope() == ("7", "")
            _ = 1 / 0
        assert database_scope() == ("7", "")


@pytest.mark.django_db(transaction=True)
def test_a_scope_entered_inside_a_transaction_survives_a_savepoint_rollback() -> None:
    with transaction.atomic(), tenant_scope(7):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            assert database_scope() == ("7", "")
            _ = 1 / 0
        assert database_scope() == ("7", "")


@pytest.mark.django_db(transaction=True)
def test_a_scope_left_in_a_failed_transaction_is_gone_after_it() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with tenant_scope(7), pytest.raises(Exception, match="nonsense"), connection.cursor() as cursor:
            cursor.execute("SELECT nonsense")
        _ = 1 / 0
    assert database_scope() == ("", "")


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_acts_for_the_active_scope() -> None:
    with tenant_scope(7):
        connection.close()
        assert database_scope() == ("7", "")


@pytest.mark.django_db
def test_the_same_tenant_may_be_entered_again_and_another_not(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        with tenant_scope(acme.pk):
            assert require_tenant_id() == acme.pk
        with pytest.raises(TenantScopeError), tenant_scope(globex):
            pass
        assert require_tenant_id() == acme.pk


@pytest.mark.django_db
def test_a_new_thread_starts_with_no_tenant(acme: Tenant) -> None:
    seen: list[int | None] = []
    with tenant_scope(acme):
        thread = threading.Thread(target=lambda: seen.append(active_scope().tenant_id))
        thread.start()
        thread.join()
    assert seen == [None]


def test_code_that_needs_a_tenant_says_so() -> None:
    with pytest.raises(TenantScopeError, match="tenant_scope"):
        require_tenant_id()


@pytest.mark.django_db
def test_an_instance_kept_from_a_scope_is_not_saved_outside_it(acme_shelf: Shelf) -> None:
    acme_shelf.name = "changed"
    with pytest.raises(TenantScopeError):
        acme_shelf.save()
