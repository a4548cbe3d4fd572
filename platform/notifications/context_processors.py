from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from notifications.models import Notification


def unread(request: Any) -> dict[str, Any]:
    """The bell: its number, and the addresses of its pane and of a fresh number."""
    if getattr(request, "access", None) is None:
        return {}
    return {
        "unread_count": SimpleLazyObject(lambda: _unread(request)),
        "unread_count_url": reverse("notifications:count"),
        "notifications_url": reverse("notifications:list"),
    }


def _unread(request: Any) -> int:
    return int(Notification.objects.of(request.user).open_to(request.access).unread().count())
