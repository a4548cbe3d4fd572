from __future__ import annotations


class NotificationError(Exception):
    """The root of what notifications refuse."""


class UnknownTopicError(NotificationError):
    def __init__(self, key: str) -> None:
        super().__init__(f"No app has registered the topic “{key}” with notifications.topics.")
