from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, F, Value, When

from audit import services as audit
from notifications import tasks, topics
from notifications.alerts import alerts_of
from notifications.models import (
    USUAL_SKIPPED_PERCENT,
    AlertSubscription,
    Kind,
    Notification,
    SentAlert,
)
from runtime import clock
from ui import formats

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from accounts.models import User
    from notifications.events import Event, News


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of how many rows are done."""

    done: int
    total: int

    @property
    def words(self) -> str:
        return f"{formats.number(self.done)} of {formats.number(self.total)}"


@transaction.atomic
def notify(  # noqa: PLR0913  one keyword per thing that a notification says
    *,
    topic: str,
    thread: str,
    recipients: Iterable[User],
    kind: Kind,
    title: str,
    body: str = "",
    redacted_body: str | None = None,
    link: str = "",
    link_text: str = "",
    progress: Progress | None = None,
    place: str = "",
    news: News | None = None,
) -> None:
    """Each recipient, and everybody told before, has one notification about this thread, and it says this.

    It becomes unread again when its kind changes, and stays as it is when only words or progress do. With
    `redacted_body`, people who may not see personal data read that in place of `body` and see no progress. `link`
    is a whole path, script prefix included: `tenants.urls.tenant_reverse` makes one anywhere; `link_text` says in
    a few words what can be done there. With `news`, people whose alerts ask for the event are recipients as well,
    by e-mail too if they want. People who may not see `place`, such as `destination:12`, are shown and sent
    nothing. Safe to repeat. Raises UnknownTopicError for a topic that no app has registered.
    """
    about = topics.topic(topic)
    alerts = alerts_of(about, news, place) if news else []
    state = {
        "topic": about.key,
        "kind": kind,
        "title": title[:200],
        "body": body,
        "redacted_body": redacted_body,
        "link": link,
        "link_text": link_text,
        "place": place,
        "progress_done": progress.done if progress else None,
        "progress_total": progress.total if progress else None,
        "changed_at": clock.now(),
    }
    people = {person.pk for person in recipients} | {alert.user.pk for alert in alerts}
    Notification.objects.bulk_create(
        (Notification(recipient_id=person, thread=thread, **state) for person in people), ignore_conflicts=True
    )
    unread_if_news = Case(When(kind=kind, then=F("read_at")), default=Value(None))
    Notification.objects.filter(topic=about.key, thread=thread).update(read_at=unread_if_news, **state)
    SentAlert.objects.bulk_create(
        SentAlert(
            recipient=alert.user,
            topic=about.key,
            subject=alert.subject,
            place=place,
            event=alert.event,
            title=title[:200],
            by_email=alert.by_email,
        )
        for alert in alerts
    )
    _send_emails(thread, {alert.user.pk for alert in alerts if alert.by_email})


def mark_read(*, recipient: User, ids: Iterable[int]) -> None:
    Notification.objects.of(recipient).unread().filter(pk__in=ids).update(read_at=clock.now())


def mark_all_read(*, recipient: User) -> None:
    """What is still running stays unread: its end is news."""
    Notification.objects.of(recipient).unread().exclude(kind=Kind.RUNNING).update(read_at=clock.now())


def remove_old(before: datetime) -> None:
    """Those unchanged since then, except what is still running; also the records of alerts sent."""
    SentAlert.objects.filter(sent_at__lt=before).delete()
    Notification.objects.filter(changed_at__lt=before).exclude(kind=Kind.RUNNING).delete()


@transaction.atomic
def subscribe(  # noqa: PLR0913  one keyword per thing that a person chooses
    *,
    user: User,
    topic: str,
    subject: str,
    events: Collection[Event],
    by_email: bool,
    skipped_percent: int = USUAL_SKIPPED_PERCENT,
) -> AlertSubscription:
    """One subscription per person and subject; a new choice replaces the one before."""
    subscription, _created = AlertSubscription.objects.update_or_create(
        user=user,
        topic=topic,
        subject=subject,
        defaults={"events": list(events), "by_email": by_email, "skipped_percent": skipped_percent},
    )
    return subscription


@transaction.atomic
def choose_for(  # noqa: PLR0913  one keyword per thing that is chosen
    *,
    actor: User,
    user: User,
    topic: str,
    subject: str,
    events: Collection[Event],
    by_email: bool,
    skipped_percent: int,
) -> AlertSubscription:
    """An alert that one person sets up for another; the audit records who did."""
    subscription = subscribe(
        user=user,
        topic=topic,
        subject=subject,
        events=events,
        by_email=by_email,
        skipped_percent=skipped_percent,
    )
    changes = {"person": str(user), "when": subscription.when, "by_email": subscription.by_email}
    audit.record(action="alert:chosen", subject=subscription, actor=actor, changes=changes)
    return subscription


@transaction.atomic
def stop_for(*, subscription: AlertSubscription, actor: User) -> None:
    """Ends somebody's alert for them."""
    changes = {"person": str(subscription.user)}
    audit.record(action="alert:stopped", subject=subscription, actor=actor, changes=changes)
    unsubscribe(subscription=subscription)


def unsubscribe(*, subscription: AlertSubscription) -> None:
    subscription.delete()


def _send_emails(thread: str, people: Collection[int]) -> None:
    for notification in Notification.objects.filter(thread=thread, recipient__in=people):
        tasks.send_alert.enqueue(notification_id=notification.pk)
