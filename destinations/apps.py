from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

from notifications import topics
from ui.navigation import NavEntry, register

if TYPE_CHECKING:
    from accounts.access import Access


def _may_send_to(access: Access, destination_id: int) -> bool:
    from destinations.models import Destination

    return Destination.objects.visible_to(access).filter(pk=destination_id).exists()


class DestinationsConfig(AppConfig):
    name = "destinations"

    def ready(self) -> None:
        from destinations import alerts
        from destinations.delivery import permission
        from destinations.schedules.dispatch import dispatch_due
        from tenants import chores

        permission.register(_may_send_to)
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
