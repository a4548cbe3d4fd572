from __future__ import annotations

from django.apps import AppConfig

from ui.navigation import NavEntry, register


class Customer360Config(AppConfig):
    name = "customer360"
    verbose_name = "Customer 360"

    def ready(self) -> None:
        from customer360 import building, tidying, usage
        from customer360.imports import recovery, telling
        from customer360.imports.keeping import remove_rejects
        from customer360.queries import results, running
        from notifications import topics
        from tenants import chores, keeping
        from tenants.models import Retention

        register(
            NavEntry(
                label="Customer 360",
                url_name="tables",
                icon="database",
                action="table:view",
                group="Data",
                order=10,
            )
        )
        register(
            NavEntry(
                label="Queries", url_name="queries", icon="query", action="query:view", group="Data", order=20
            )
        )
        register(
            NavEntry(
                label="Imports", url_name="imports", icon="upload", action="import:view", group="Data", order=30
            )
        )
        usage.register_pins(running.RUNS.versions_to_read)
        usage.register_query_users(building.tables_built_from)
        usage.register_table_users(building.readers_of)
        chores.register(chores.Job.KEEP_HOUSE, "tables", tidying.tidy_up)
        chores.register(chores.Job.RECOVER, "imports", recovery.recover)
        keeping.register(
            "query results", keeping.Keeping(Retention.Kind.QUERY_RESULTS, 7, results.remove_old_results)
        )
        keeping.register("import rejects", keeping.Keeping(Retention.Kind.IMPORT_REJECTS, 30, remove_rejects))
        topics.register(topics.Topic(key=telling.TOPIC, label="Imports", action="import:view"))
        topics.register(topics.Topic(key=building.TOPIC, label="Derived tables", action="table:view"))
