from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.events import Event
from notifications.models import AlertSubscription, Kind, Notification, SentAlert
from tests.access.making import made_for

if TYPE_CHECKING:
    from tests.cast import Cast


@made_for("notifications/<int:pk>/")
def notification(cast: Cast) -> Notification:
    """The administrator's: everybody else's answer to its address is 404."""
    made, _created = Notification.objects.get_or_create(
        recipient=cast["datagrid_administrator"],
        thread="x",
        defaults={"topic": "x", "kind": Kind.COMPLETED, "title": "x"},
    )
    return made


@made_for("notifications/alerts/<int:pk>/", "admin/notifications/alertsubscription/")
def alert(cast: Cast) -> AlertSubscription:
    """The administrator's as well."""
    made, _created = AlertSubscription.objects.get_or_create(
        user=cast["datagrid_administrator"], topic="delivery", defaults={"events": [Event.FAILED]}
    )
    return made


@made_for("admin/notifications/sentalert/")
def sent_alert(cast: Cast) -> SentAlert:
    made, _created = SentAlert.objects.get_or_create(
        recipient=cast["datagrid_administrator"], topic="delivery", event=Event.FAILED, title="x"
    )
    return made


@made_for("notifications/alerts/new/")
def topic_of_an_alert(cast: Cast) -> AlertSubscription:
    return AlertSubscription(topic="delivery")
