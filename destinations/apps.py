from __future__ import annotations

from django.apps import AppConfig

from notifications import topics
from ui.navigation import NavEntry, register


class DestinationsConfig(AppConfig):
    name = "destinations"

    def ready(self) -> None:
        from destinations import alerts
        from destinations.schedules.dispatch import dispatch_due
        from tenants import chores

        for topic in alerts.TOPICS:
            topics.register(topic)
        chores.register(chores.Job.DISPATCH, "what is due", dispatch_due)
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
