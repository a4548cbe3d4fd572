"""The latest sends to each destination, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from destinations.delivery.models import Delivery
from destinations.delivery.specs import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.access import Access
    from destinations.delivery.querysets import DeliveryQuerySet
    from destinations.models import Destination


def deliveries_to(destinations: Iterable[Destination], access: Access) -> DeliveryQuerySet[Any]:
    """Sends to these destinations that this person may see, newest first, without dry runs."""
    keys = [destination.pk for destination in destinations]
    found = Delivery.objects.visible_to(access).filter(sent_to__in=keys).exclude(scope=Scope.DRY_RUN)
    return found.select_related("target").order_by("-created_at")


def last_deliveries(destinations: Iterable[Destination], access: Access) -> dict[int, Delivery]:
    """The latest send to each destination that this person may see, by the destination's id."""
    latest = deliveries_to(destinations, access).order_by("sent_to", "-created_at").distinct("sent_to")
    return {delivery.sent_to: delivery for delivery in latest}
