"""What notifications are about: each app registers its topics in `ready()`, and people choose among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notifications.errors import UnknownTopicError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from accounts.access import Access
    from notifications.events import Event


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing of a topic that people can be alerted of: `destination:12`, “HubSpot”."""

    key: str
    label: str


def _none(_access: Access) -> Iterable[Subject]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`key` is stored; `label` is read by people; `action` is what someone must be allowed to be told of it.

    `events` are those that alerts of this topic know; without any there are none. `subjects` gives what a person
    with this access may see of it, in the active tenant.
    """

    key: str
    label: str
    action: str = "notification:view"
    events: tuple[Event, ...] = ()
    subjects: Callable[[Access], Iterable[Subject]] = _none

    def open_to(self, access: Access) -> bool:
        return access.can(self.action)


_topics: dict[str, Topic] = {}


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
