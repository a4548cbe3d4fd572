from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

from notifications import topics
from ui.navigation import NavEntry, register

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.access import Access


def _open_templates(access: Access) -> QuerySet[Any] | None:
    from destinations.models import DataTemplate

    return DataTemplate.objects.ids_open_to(access)


class DestinationsConfig(AppConfig):
    name = "destinations"

    def ready(self) -> None:
        from customer360 import usage as query_usage
        from destinations import alerts
        from destinations.delivery import owners, permission
        from destinations.orchestrations import announcements, automatic, landing, recovery
        from destinations.orchestrations.models import Orchestration
        from destinations.orchestrations.services import running
        from destinations.orchestrations.usage import orchestrations_of_queries, orchestrations_of_segments
        from destinations.schedules import dispatch
        from destinations.services import nightly
        from destinations.usage import destinations_sending
        from segments import usage as segment_usage
        from tenants import chores

        permission.register(_open_templates)
        for topic in alerts.TOPICS:
            topics.register(topic)
        chores.register(chores.Job.DISPATCH, "what is due", dispatch.dispatch_due)
        chores.register(chores.Job.RECOVER, "orchestration runs", recovery.recover)
        chores.register(chores.Job.KEEP_HOUSE, "credentials", nightly.check_credentials)
        dispatch.register(
            dispatch.schedules("orchestration", Orchestration, running.run_scheduled, running.leave_out)
        )
        dispatch.register(automatic.work())
        owners.register(
            landing.OWNER,
            running.on_finished,
            subjects=announcements.subjects_of_target,
            followers=announcements.followers_of_target,
        )
        query_usage.register_query_users(orchestrations_of_queries)
        query_usage.register_table_users(destinations_sending)
        segment_usage.register(orchestrations_of_segments)
        register(
            NavEntry(
                label="Orchestrations",
                url_name="orchestrations",
                icon="orchestration",
                action="orchestration:view",
                group="Delivery",
                order=10,
            )
        )
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
