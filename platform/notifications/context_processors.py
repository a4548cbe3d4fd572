from __future__ import annotations

from typing import Any

from django.utils.functional import SimpleLazyObject

from notifications.models import Notification


def unread(request: Any) -> dict[str, Any]:
    """The number on the notifications button."""
    if getattr(request, "access", None) is None:
        return {}
    return {"unread_count": SimpleLazyObject(lambda: Notification.objects.of(request.user).unread().count())}
