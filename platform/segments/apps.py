from __future__ import annotations

from django.apps import AppConfig

from ui.navigation import NavEntry, register


class SegmentsConfig(AppConfig):
    name = "segments"

    def ready(self) -> None:
        from customer360 import usage as customer360_usage
        from segments import asking, usage
        from segments.files import services as files
        from tenants import keeping
        from tenants.models import Retention

        customer360_usage.register_pins(files.FILES.versions_to_read)
        kept = keeping.Keeping(Retention.Kind.QUERY_RESULTS, 7, files.remove_old_files)
        keeping.register("customer files", kept)
        usage.register(asking.segments_with)
        customer360_usage.register_query_users(asking.segments_with_queries)
        customer360_usage.register_table_users(asking.segments_on)
        register(
            NavEntry(
                label="Segments",
                url_name="segments",
                icon="segment",
                action="segment:view",
                group="Audiences",
                order=20,
            )
        )
