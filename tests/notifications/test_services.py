from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from notifications.errors import UnknownTopicError
from notifications.models import Kind, Notification, Show
from notifications.services import Progress, mark_all_read, mark_read, notify
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from tests.cast import Cast

THREAD = "delivery:1"


@pytest.fixture
def person(cast: Cast) -> Iterator[User]:
    with tenant_scope(cast.acme):
        yield cast["ampiq_user"]


def tell(person: User, kind: Kind, title: str = "Newsletter", progress: Progress | None = None) -> Notification:
    notify(topic="delivery", thread=THREAD, recipients=[person], kind=kind, title=title, progress=progress)
    return Notification.objects.get()


def test_one_thread_is_one_notification_with_its_latest_state(person: User) -> None:
    tell(person, Kind.RUNNING, progress=Progress(10, 100))
    latest = tell(person, Kind.COMPLETED, "Newsletter was sent")
    assert (latest.kind, latest.title, latest.progress_done) == (Kind.COMPLETED, "Newsletter was sent", None)


def test_progress_does_not_make_unread_again_but_an_end_does(person: User) -> None:
    running = tell(person, Kind.RUNNING, progress=Progress(10, 100))
    mark_read(recipient=person, ids=[running.pk])
    assert not tell(person, Kind.RUNNING, progress=Progress(20, 100)).is_unread
    assert tell(person, Kind.ERROR).is_unread


def test_telling_twice_changes_nothing(person: User) -> None:
    first = tell(person, Kind.WARNING)
    mark_read(recipient=person, ids=[first.pk])
    second = tell(person, Kind.WARNING)
    assert (second.pk, second.is_unread) == (first.pk, False)


def test_each_recipient_reads_for_themselves(cast: Cast) -> None:
    with tenant_scope(cast.acme):
        people = [cast["ampiq_user"], cast["amp360_user"], cast["ampiq_user"]]
        notify(topic="delivery", thread=THREAD, recipients=people, kind=Kind.ERROR, title="Failed")
        mark_all_read(recipient=people[0])
        assert Notification.objects.count() == 2
        assert [n.recipient for n in Notification.objects.unread()] == [people[1]]


def test_nobody_marks_somebody_else_s_notification(cast: Cast) -> None:
    with tenant_scope(cast.acme):
        notification = tell(cast["ampiq_user"], Kind.ERROR)
        mark_read(recipient=cast["amp360_user"], ids=[notification.pk])
        notification.refresh_from_db()
        assert notification.is_unread


def test_what_still_runs_stays_unread_when_everything_is_marked(person: User) -> None:
    tell(person, Kind.RUNNING)
    mark_all_read(recipient=person)
    assert Notification.objects.unread().count() == 1


def test_the_choices_count_by_one_query(person: User, django_assert_num_queries: object) -> None:
    tell(person, Kind.ERROR)
    notify(topic="delivery", thread="delivery:2", recipients=[person], kind=Kind.RUNNING, title="x")
    with django_assert_num_queries(1):  # type: ignore[operator]
        counts = Notification.objects.of(person).counts()
    assert counts == {Show.ALL: 2, Show.UNREAD: 2, Show.RUNNING: 1, Show.PROBLEMS: 1, Show.COMPLETED: 0}


def test_a_topic_that_nobody_registered_is_an_error(person: User) -> None:
    with pytest.raises(UnknownTopicError, match="weather"):
        notify(topic="weather", thread="x", recipients=[person], kind=Kind.WARNING, title="Rain")


def test_words_of_deliveries_from_before_anybody_asked_are_hidden(person: User) -> None:
    notify(topic="import", thread="import:1", recipients=[person], kind=Kind.COMPLETED, title="x", body="9 rows")
    notify(topic="delivery", thread=THREAD, recipients=[person], kind=Kind.COMPLETED, title="x", body="7,331 sent")
    migration = import_module("notifications.migrations.0007_hide_words_from_before").Migration
    with connection.cursor() as cursor:
        cursor.execute(migration.operations[0].sql)
    assert [each.redacted_body for each in Notification.objects.order_by("pk")] == [None, ""]


def test_without_recipients_nothing_happens(person: User) -> None:
    notify(topic="delivery", thread=THREAD, recipients=[], kind=Kind.WARNING, title="x")
    assert not Notification.objects.exists()
