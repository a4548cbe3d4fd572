from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from tenants.urls import tenant_reverse

if TYPE_CHECKING:
    from notifications.models import Notification


def send(notification: Notification) -> None:
    """What the pane says, as a message. Raises OSError when the mail server does not take it."""
    site = settings.PUBLIC_URL.rstrip("/")
    context = {
        "notification": notification,
        "link": site + (notification.link or tenant_reverse(notification.tenant, "notifications:list")),
        "alerts": site + tenant_reverse(notification.tenant, "notifications:alerts"),
    }
    body = render_to_string("notifications/email/alert.txt", context)
    subject = " ".join(f"{notification.tenant}: {notification.title}".split())
    send_mail(subject, body, None, [notification.recipient.email])
