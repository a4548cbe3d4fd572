from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import ProgrammingError, connection, connections, transaction
from structlog.contextvars import bound_contextvars

from audit.errors import NoTransactionError
from audit.models import AuditEvent
from audit.services import record
from tenants.scope import tenant_scope
from tests.library.models import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast


@pytest.fixture
def in_acme(cast: Cast) -> Iterator[Cast]:
    with tenant_scope(cast.acme):
        yield cast


def test_an_event_keeps_who_what_and_in_which_request(in_acme: Cast) -> None:
    actor, shelf = in_acme["datagrid_operator"], Shelf.objects.create(name="Best sellers")
    with bound_contextvars(request_id="0123456789ab"):
        record(action="shelf:painted", subject=shelf, actor=actor, changes={"colour": "red"})
    event = AuditEvent.objects.get()
    assert (event.actor, event.actor_name) == (actor, "Datagrid Operator")
    assert (event.subject_type, event.subject_id) == ("library.shelf", str(shelf.pk))
    assert (event.what, event.changes, event.request_id) == ("Shelf painted", {"colour": "red"}, "0123456789ab")


def test_names_outlive_what_they_name(in_acme: Cast) -> None:
    person = in_acme["stranger"]
    record(action="shelf:painted", subject=None, actor=person)
    name = str(person)
    person.delete()
    event = AuditEvent.objects.get()
    assert event.actor_name == name


@pytest.mark.parametrize("statement", ["UPDATE audit_auditevent SET action = 'x'", "DELETE FROM audit_auditevent"])
def test_the_application_can_neither_change_nor_delete_an_event(in_acme: Cast, statement: str) -> None:
    record(action="shelf:painted", subject=None, actor=None)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEvent.objects.get().action == "shelf:painted"


def test_events_of_one_tenant_are_not_seen_in_another(in_acme: Cast) -> None:
    record(action="shelf:painted", subject=None, actor=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_auditevent WHERE tenant_id <> %s", [in_acme.acme.pk])
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(NoTransactionError, match="in the transaction"):
        record(action="shelf:painted", subject=None, actor=None)


def test_django_s_own_log_can_not_be_written(in_acme: Cast) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        LogEntry.objects.create(
            user=in_acme["staff"], content_type=ContentType.objects.get_for_model(Shelf), action_flag=1
        )


def test_only_the_owner_s_connection_could_clean_up(in_acme: Cast) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, 'audit_auditevent', 'DELETE')")
        assert cursor.fetchone() == (True,)
