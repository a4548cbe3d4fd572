from __future__ import annotations

from django.apps import AppConfig

from ui.navigation import NavEntry, register


class SegmentsConfig(AppConfig):
    name = "segments"

    def ready(self) -> None:
        from customer360.usage import register_table_users
        from segments import usage
        from segments.nesting import segments_on, segments_with

        usage.register(segments_with)
        register_table_users(segments_on)
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
