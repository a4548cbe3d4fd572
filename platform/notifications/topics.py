"""What notifications are about: each app registers its topics in `ready()`, and people choose among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notifications.errors import UnknownTopicError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`key` is stored; `label` is read by people; `action` is what someone must be allowed to be told of it."""

    key: str
    label: str
    action: str = "notification:view"


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
