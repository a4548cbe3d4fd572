from __future__ import annotations

from django.apps import AppConfig

from ui.navigation import NavEntry, register


class DestinationsConfig(AppConfig):
    name = "destinations"

    def ready(self) -> None:
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
