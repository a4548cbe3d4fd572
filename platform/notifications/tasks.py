from __future__ import annotations

from celery import shared_task

from accounts.access import access_of
from notifications import emails
from notifications.models import Notification
from tenants.tasks import TenantTask


@shared_task(base=TenantTask, autoretry_for=(OSError,), retry_backoff=10, retry_backoff_max=600, max_retries=6)
def send_alert(*, notification_id: int) -> None:
    """An unavailable mail server is retried for half an hour; the pane has the alert in any case.

    Access is checked at the moment of sending: nothing goes to people who may no longer see it.
    """
    notification = Notification.objects.select_related("recipient", "tenant").filter(pk=notification_id).first()
    if notification is None:
        return
    access = access_of(notification.recipient, notification.tenant)
    told = Notification.objects.open_to(access).select_related("recipient", "tenant")
    for shown in told.filter(pk=notification_id):
        emails.send(shown)
