"""Tells the people who look after credentials that one stopped working, and that it works again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.access import people_who_can
from notifications.events import Event, News
from notifications.models import Kind, Notification
from notifications.services import notify
from tenants.urls import tenant_reverse

if TYPE_CHECKING:
    from destinations.models import Credential

EVENTS = {Kind.ERROR: Event.CREDENTIAL, Kind.COMPLETED: Event.COMPLETED}


def tell_of_refusal(credential: Credential) -> None:
    _tell(
        credential,
        Kind.ERROR,
        title=f"“{credential.name}” must be authorised again",
        body=f"{credential.plugin.name} no longer accepts this credential. Nothing can be sent until then.",
    )


def tell_of_recovery(credential: Credential) -> None:
    """Only who was told of the refusal hears of its end."""
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
        news=News(event=EVENTS[kind], about=(f"credential:{credential.pk}",)),
    )


def _thread(credential: Credential) -> str:
    return f"credential-{credential.pk}"
