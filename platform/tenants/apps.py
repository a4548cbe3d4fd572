from __future__ import annotations

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from tenants import (
            checks,  # noqa: F401  registers the system checks
            chores,
            keeping,
        )

        chores.register(chores.Job.KEEP_HOUSE, "retention", keeping.remove_what_is_old)
