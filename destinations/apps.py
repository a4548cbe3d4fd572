from __future__ import annotations

from django.apps import AppConfig

from notifications import topics
from notifications.topics import Topic
from ui.navigation import NavEntry, register


class DestinationsConfig(AppConfig):
    name = "destinations"

    def ready(self) -> None:
        topics.register(Topic(key="credential", label="Credentials", action="credential:view"))
        register(
            NavEntry(
                label="Destinations",
                url_name="destinations",
                icon="destination",
                action="destination:view",
                group="Delivery",
                order=20,
            )
        )
