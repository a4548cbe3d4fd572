"""What notifications are about: each app registers its topics in `ready()`, and people choose from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from notifications.errors import UnknownTopicError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from django.db.models import QuerySet

    from accounts.access import Access
    from notifications.events import Event


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing in a topic that people can be alerted about: `destination:12`, “HubSpot”, under “Destinations”."""

    key: str
    label: str
    group: str = ""


def _none(_access: Access) -> Iterable[Subject]:
    return ()


def _every(_access: Access) -> None:
    """No place is closed to anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`key` is stored; `label` is read by people; `action` is what someone must be allowed to do to be told.

    `events` are those that alerts of this topic can ask for; without events there are no alerts. `subjects` gives
    what a person with this access may see of it, in the active tenant. `places` gives the keys of the places, such
    as `destination:12`, whose notifications are open to that person, as a query; None for every place.
    """

    key: str
    label: str
    action: str = "notification:view"
    events: tuple[Event, ...] = ()
    subjects: Callable[[Access], Iterable[Subject]] = _none
    places: Callable[[Access], QuerySet[Any] | None] = _every

    def open_to(self, access: Access) -> bool:
        return access.can(self.action)

    def closed(self, access: Access) -> Q:
        """The notifications of this topic that are hidden from a person with this access."""
        about_it = Q(topic=self.key)
        if not self.open_to(access):
            return about_it
        places = self.places(access)
        return Q(pk__in=()) if places is None else about_it & ~Q(place="") & ~Q(place__in=places)

    def shows(self, access: Access, place: str) -> bool:
        """Whether a person with this access may be told what happens in this place."""
        if not self.open_to(access):
            return False
        places = self.places(access) if place else None
        return places is None or place in set(places)


_topics: dict[str, Topic] = {}
EVERYTHING = ""


def register(topic: Topic) -> None:
    """Adds a topic once, however often `ready()` runs."""
    _topics[topic.key] = topic


def topics() -> Sequence[Topic]:
    return sorted(_topics.values(), key=lambda topic: topic.label)


def topic(key: str) -> Topic:
    """Raises UnknownTopicError for a key that no app has registered."""
    try:
        return _topics[key]
    except KeyError:
        raise UnknownTopicError(key) from None


def open_topics(access: Access) -> Sequence[Topic]:
    """Topics with alerts that a person with this access may get."""
    return [each for each in topics() if each.events and each.open_to(access)]


def subjects_of(topic: Topic, access: Access) -> list[Subject]:
    """What such a person may be alerted about within a topic: all of it, or one thing."""
    return [Subject(EVERYTHING, f"All {topic.label.lower()}"), *topic.subjects(access)]


def subject_labels(access: Access) -> dict[tuple[str, str], str]:
    """What such a person may be alerted about, by the keys of topic and subject."""
    return {
        (each.key, subject.key): subject.label
        for each in open_topics(access)
        for subject in subjects_of(each, access)
    }


def label_of(key: str) -> str:
    """Works even for a topic that no longer exists."""
    return _topics[key].label if key in _topics else key
