"""Who is alerted about what: subscriptions meet events, once per change of state and once on recovery.

The state belongs to the narrowest thing that news is about: whoever subscribes to a destination hears once about
each orchestration that fails there, and once that it works again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.access import Access
from accounts.models import Membership
from notifications.events import PROBLEMS, Event, News
from notifications.models import AlertState, AlertSubscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from notifications.topics import Topic


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody to tell about an event: as which event, about what, and whether by e-mail as well."""

    user: User
    event: Event
    subject: str
    by_email: bool


def alerts_of(topic: Topic, news: News, place: str = "") -> list[Alert]:
    """Records the event for each subscription that it concerns, and returns those to be told.

    Called in the transaction that changes the state. With several subscriptions, one by e-mail is enough to hear
    by e-mail.
    """
    told: dict[int, Alert] = {}
    for subscription in _concerned(topic, news.about, place):
        if _is_told(subscription, news):
            earlier = told.get(subscription.user_id)
            by_email = subscription.by_email or (earlier is not None and earlier.by_email)
            event = _event_for(subscription, news)
            told[subscription.user_id] = Alert(subscription.user, event, subscription.subject, by_email)
    return list(told.values())


def _concerned(topic: Topic, about: tuple[str, ...], place: str) -> Iterator[AlertSubscription]:
    """Subscriptions of people who may currently see what they subscribed to, and where it happened."""
    subscriptions = list(AlertSubscription.objects.hearing_of(topic.key, about))
    memberships = Membership.objects.filter(user__in={subscription.user_id for subscription in subscriptions})
    accesses = {membership.user_id: Access(membership) for membership in memberships}
    for subscription in subscriptions:
        access = accesses.get(subscription.user_id)
        if access and may_hear(topic, subscription.subject, access) and topic.shows(access, place):
            yield subscription


def may_hear(topic: Topic, subject: str, access: Access) -> bool:
    return topic.open_to(access) and (not subject or subject in {seen.key for seen in topic.subjects(access)})


def _is_told(subscription: AlertSubscription, news: News) -> bool:
    """Starts and successes each time, if asked for; a problem when it is new; its end once.

    Events that a subscription does not ask for do not change its state, so a reported problem stays open.
    """
    event = _event_for(subscription, news)
    is_asked_for = event in subscription.events
    if event == Event.STARTED or not (is_asked_for or event == Event.COMPLETED):
        return is_asked_for
    narrowest = next(iter(news.about), "")
    if event in PROBLEMS:
        return event != _note(subscription, subject=narrowest, event=event)
    before = {_note(subscription, subject=subject, event=event) for subject in (narrowest, *news.parts_of)}
    return is_asked_for or bool(before & PROBLEMS)


def _event_for(subscription: AlertSubscription, news: News) -> Event:
    """A send that skipped more rows than this person's limit counts as that event, whatever else it is."""
    too_many = news.skipped_percent > subscription.skipped_percent and Event.SKIPPED in subscription.events
    return Event.SKIPPED if too_many else news.event


def _note(subscription: AlertSubscription, *, subject: str, event: Event) -> str:
    """Stores the event; returns the previous one, or nothing."""
    state, created = AlertState.objects.select_for_update().get_or_create(
        subscription=subscription, subject=subject, defaults={"event": event}
    )
    before = "" if created else state.event
    AlertState.objects.filter(pk=state.pk).update(event=event)
    return str(before)
