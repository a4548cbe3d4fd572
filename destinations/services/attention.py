"""Tells the people who look after credentials when one stops working, and when it works again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.access import people_who_can
from destinations.delivery.progress import PLACE, TOPIC
from destinations.orchestrations.models import Orchestration
from notifications.events import Event, News
from notifications.models import Kind, Notification
from notifications.services import notify
from tenants.urls import tenant_reverse

if TYPE_CHECKING:
    from destinations.models import Credential, Destination

EVENTS = {Kind.ERROR: Event.CREDENTIAL, Kind.COMPLETED: Event.COMPLETED}
REFUSED, ACCEPTED = "can't be sent to", "can be sent to again"


def tell_of_refusal(credential: Credential) -> None:
    _tell(
        credential,
        Kind.ERROR,
        title=f"“{credential.name}” must be authorised again",
        body=f"{credential.plugin.name} no longer accepts this credential. Nothing can be sent until then.",
    )


def tell_of_recovery(credential: Credential) -> None:
    """Only people told of the refusal are told of its end."""
    if Notification.objects.filter(thread=_thread(credential), kind=Kind.ERROR).exists():
        _tell(credential, Kind.COMPLETED, title=f"“{credential.name}” is connected again", body="")


def _tell(credential: Credential, kind: Kind, *, title: str, body: str) -> None:
    notify(
        topic="credential",
        thread=_thread(credential),
        recipients=people_who_can("credential:manage"),
        kind=kind,
        title=title,
        body=body,
        link=tenant_reverse(credential.tenant, "admin:destinations_credential_change", credential.pk),
        link_text="Open the credential",
        news=News(event=EVENTS[kind], about=(f"credential:{credential.pk}",)),
    )
    for destination in credential.destinations.all():
        _tell_who_sends_there(destination, kind)


def _tell_who_sends_there(destination: Destination, kind: Kind) -> None:
    """Alerts for a destination and the orchestrations that send there, only to people who subscribed."""
    is_refused = kind is Kind.ERROR
    place = f"{PLACE}{destination.pk}"
    senders = Orchestration.objects.filter(data_template__destination=destination).values_list("pk", flat=True)
    body = "Its credential must be authorised again. Ask an operator; until then sends wait or fail."
    notify(
        topic=TOPIC,
        thread=f"credential-of-{place}",
        recipients=[],
        kind=kind,
        title=f"“{destination.name}” {REFUSED if is_refused else ACCEPTED}",
        body=body if is_refused else "",
        link=tenant_reverse(destination.tenant, "destination", destination.pk),
        link_text="Open the destination",
        place=place,
        news=News(event=EVENTS[kind], about=(place, *(f"orchestration:{pk}" for pk in senders))),
    )


def _thread(credential: Credential) -> str:
    return f"credential-{credential.pk}"
