"""Who is told when a delivery has finished: apps above register here, by the kind of their targets' owners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from destinations.delivery.models import Delivery


class OnFinished(Protocol):
    """Called in the tenant's scope, in a transaction, when the delivery has ended; again if that failed."""

    def __call__(self, delivery: Delivery) -> None: ...


_owners: dict[str, OnFinished] = {}


def register(kind: str, on_finished: OnFinished) -> None:
    _owners[kind] = on_finished


def on_finished(delivery: Delivery) -> None:
    """Tells the owner of the delivery's target; kinds that nobody registered need not know."""
    told = _owners.get(delivery.target.owner_kind)
    if told is not None:
        told(delivery)
