from __future__ import annotations

from django.apps import AppConfig

from ui import navigation
from ui.navigation import NavEntry

ADMINISTRATION = "Administration"
ENTRIES = (
    NavEntry(label="Users", url_name="users:list", icon="users", action="user:view", group=ADMINISTRATION),
    NavEntry(label="Audit", url_name="audit", icon="history", action="audit:view", group=ADMINISTRATION, order=8),
    NavEntry(
        label="Admin", url_name="admin:index", icon="settings", action="admin:view", group=ADMINISTRATION, order=9
    ),
)


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import checks  # noqa: F401  registers the system checks
        from accounts.invitations import remove_unaccepted
        from tenants import keeping
        from tenants.models import Retention

        for entry in ENTRIES:
            navigation.register(entry)
        keeping.register("invitations", keeping.Keeping(Retention.Kind.INVITATIONS, 30, remove_unaccepted))
