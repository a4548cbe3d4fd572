"""The alerts people can subscribe to: deliveries, by destination or orchestration they may use; credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from destinations.delivery.progress import PLACE, TEMPLATE
from notifications.events import Event
from notifications.topics import Subject, Topic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from django.db.models import QuerySet

    from accounts.access import Access


def _destinations(access: Access) -> Iterator[Subject]:
    from destinations.models import Destination

    for pk, name in Destination.objects.visible_to(access).values_list("pk", "name"):
        yield Subject(f"{PLACE}{pk}", name, "Destinations")


def _orchestrations(access: Access) -> Iterator[Subject]:
    from destinations.orchestrations.models import Orchestration

    for pk, name in Orchestration.objects.visible_to(access).values_list("pk", "name"):
        yield Subject(f"orchestration:{pk}", name, "Orchestrations")


def _places_and_senders(access: Access) -> Iterator[Subject]:
    yield from _destinations(access)
    yield from _orchestrations(access)


def _open_places(access: Access) -> QuerySet[Any] | None:
    """The keys of the destinations and data templates open to this person; None means all."""
    from destinations.models import DataTemplate, Destination

    destinations, templates = Destination.objects.ids_open_to(access), DataTemplate.objects.ids_open_to(access)
    if destinations is None or templates is None:
        return None
    return _keys(PLACE, destinations).union(_keys(TEMPLATE, templates))


def _keys(prefix: str, ids: QuerySet[Any]) -> QuerySet[Any]:
    keys: QuerySet[Any] = ids.annotate(key=Concat(Value(prefix), Cast("pk", CharField())))
    return keys.values_list("key", flat=True)


def _credentials(access: Access) -> Iterator[Subject]:
    from destinations.models import Credential

    for pk, name in Credential.objects.values_list("pk", "name"):
        yield Subject(f"credential:{pk}", name, "Credentials")


TOPICS = (
    Topic(
        key="delivery",
        label="Deliveries",
        action="delivery:view",
        events=(
            Event.STARTED,
            Event.COMPLETED,
            Event.COMPLETED_WITH_ERRORS,
            Event.FAILED,
            Event.HELD,
            Event.DELAYED,
            Event.MISSED,
            Event.CREDENTIAL,
            Event.SKIPPED,
        ),
        subjects=_places_and_senders,
        places=_open_places,
    ),
    Topic(
        key="credential",
        label="Credentials",
        action="credential:view",
        events=(Event.CREDENTIAL,),
        subjects=_credentials,
    ),
)
