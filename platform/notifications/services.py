from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, F, Value, When

from notifications import topics
from notifications.models import Kind, Notification
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of how many rows are done."""

    done: int
    total: int


@transaction.atomic
def notify(  # noqa: PLR0913  one keyword per thing that a notification says
    *,
    topic: str,
    thread: str,
    recipients: Iterable[User],
    kind: Kind,
    title: str,
    body: str = "",
    link: str = "",
    progress: Progress | None = None,
) -> None:
    """Each recipient has one notification about this thread, and it says this.

    It becomes unread again when its kind changes, and stays as it is when only words or progress do. `link` is a
    whole path, script prefix included: `tenants.urls.tenant_reverse` makes one anywhere. Safe to repeat.
    Raises UnknownTopicError for a topic that no app has registered.
    """
    state = {
        "topic": topics.topic(topic).key,
        "kind": kind,
        "title": title[:200],
        "body": body,
        "link": link,
        "progress_done": progress.done if progress else None,
        "progress_total": progress.total if progress else None,
        "changed_at": clock.now(),
    }
    people = {person.pk for person in recipients}
    Notification.objects.bulk_create(
        (Notification(recipient_id=person, thread=thread, **state) for person in people), ignore_conflicts=True
    )
    unread_if_news = Case(When(kind=kind, then=F("read_at")), default=Value(None))
    Notification.objects.filter(recipient__in=people, thread=thread).update(read_at=unread_if_news, **state)


def mark_read(*, recipient: User, ids: Iterable[int]) -> None:
    Notification.objects.of(recipient).unread().filter(pk__in=ids).update(read_at=clock.now())


def mark_all_read(*, recipient: User) -> None:
    """What is still running stays unread: its end is news."""
    Notification.objects.of(recipient).unread().exclude(kind=Kind.RUNNING).update(read_at=clock.now())
