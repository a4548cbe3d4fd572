from __future__ import annotations

from django.apps import AppConfig

from ui import navigation
from ui.navigation import NavEntry


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import checks  # noqa: F401  registers the system checks

        navigation.register(
            NavEntry(
                label="Users", url_name="users:list", icon="users", action="user:view", group="Administration"
            )
        )
        navigation.register(
            NavEntry(
                label="Audit",
                url_name="audit",
                icon="history",
                action="audit:view",
                group="Administration",
                order=9,
            )
        )
