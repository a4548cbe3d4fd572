from __future__ import annotations

from django.apps import AppConfig


class Customer360Config(AppConfig):
    name = "customer360"
    verbose_name = "Customer 360"

    def ready(self) -> None:
        from customer360.imports.services import TOPIC
        from notifications import topics

        topics.register(topics.Topic(key=TOPIC, label="Imports", action="import:view"))
