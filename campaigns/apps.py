from __future__ import annotations

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns.models import Campaign
        from campaigns.runs import announcements, deliveries, recovery
        from campaigns.runs.pins import versions_of_open_runs
        from campaigns.services import recording
        from campaigns.services.scheduling import leave_out, start_due
        from campaigns.services.sending import on_finished
        from campaigns.usage import campaigns_on, campaigns_with, campaigns_with_queries
        from customer360 import usage
        from destinations.delivery import owners
        from destinations.schedules import dispatch
        from notifications import topics
        from segments import usage as segment_usage
        from tenants import chores
        from ui import navigation

        navigation.register(navigation.NavEntry(label="Home", url_name="home", icon="home", action="home:view"))
        navigation.register(
            navigation.NavEntry(
                label="Campaigns",
                url_name="campaigns",
                icon="campaign",
                action="campaign:view",
                group="Audiences",
                order=30,
            )
        )
        usage.register_table_users(campaigns_on)
        usage.register_query_users(campaigns_with_queries)
        usage.register_pins(versions_of_open_runs)
        segment_usage.register(campaigns_with)
        topics.register(topics.Topic(key=announcements.TOPIC, label="Campaigns", action="campaign:view"))
        chores.register(chores.Job.RECOVER, "campaign runs", recovery.recover)
        chores.register(chores.Job.KEEP_HOUSE, "outcomes of campaign runs", recording.ask_for_lost)
        owners.register(deliveries.OWNER, on_finished, is_current=deliveries.is_current)
        owners.register(deliveries.TEST_OWNER, is_current=deliveries.is_current_test)
        dispatch.register(dispatch.schedules("campaign", Campaign, start_due, leave_out))
