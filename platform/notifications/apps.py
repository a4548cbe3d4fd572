from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications.services import remove_old
        from tenants import keeping
        from tenants.models import Retention

        keeping.register("notifications", keeping.Keeping(Retention.Kind.NOTIFICATIONS, 90, remove_old))
