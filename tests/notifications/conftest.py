from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notifications import topics
from notifications.events import Event
from notifications.topics import Subject, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.access import Access


def subjects(access: Access) -> Iterable[Subject]:
    """One destination for everybody, and one that only operators see."""
    yield Subject("destination:1", "HubSpot")
    if access.can("admin:view"):
        yield Subject("destination:2", "Closed HubSpot")


@pytest.fixture(autouse=True)
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    monkeypatch.setattr(topics, "_topics", {})
    events = tuple(event for event in Event if event is not Event.MISSED)
    delivery = Topic(key="delivery", label="Deliveries", action="delivery:view", events=events, subjects=subjects)
    topics.register(delivery)
    topics.register(
        Topic(key="credential", label="Credentials", action="credential:view", events=(Event.CREDENTIAL,))
    )
    topics.register(Topic(key="import", label="Imports", action="import:view"))
    return delivery
