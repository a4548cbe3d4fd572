"""Who is told about a delivery: apps above register here, by the kind of their targets' owners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from accounts.models import User
    from destinations.delivery.models import Delivery, Target


class OnFinished(Protocol):
    """Called in the tenant's scope, in a transaction, when the delivery has ended; called again if that failed."""

    def __call__(self, delivery: Delivery) -> None: ...


def _named_by_kind(target: Target) -> tuple[str, ...]:
    return (f"{target.owner_kind}:{target.owner_id}",)


def _always(_delivery: Delivery) -> bool:
    return True


def _nobody(_target: Target) -> Iterable[User]:
    return ()


@dataclass(frozen=True, slots=True)
class Owner:
    """`subjects` are what alerts on its deliveries are about; `followers` hear of each, whoever started it.

    `is_current` says whether a delivery may still continue: its audience may have been redefined since.
    """

    on_finished: OnFinished | None = None
    subjects: Callable[[Target], tuple[str, ...]] = _named_by_kind
    followers: Callable[[Target], Iterable[User]] = _nobody
    is_current: Callable[[Delivery], bool] = _always


_owners: dict[str, Owner] = {}
_UNKNOWN = Owner()


def register(
    kind: str,
    on_finished: OnFinished | None = None,
    *,
    subjects: Callable[[Target], tuple[str, ...]] = _named_by_kind,
    followers: Callable[[Target], Iterable[User]] = _nobody,
    is_current: Callable[[Delivery], bool] = _always,
) -> None:
    _owners[kind] = Owner(on_finished, subjects, followers, is_current)


def owner_of(target: Target) -> Owner:
    """A kind no one registered is not notified and has no followers."""
    return _owners.get(target.owner_kind, _UNKNOWN)


def on_finished(delivery: Delivery) -> None:
    """Tells the owner of the delivery's target."""
    told = owner_of(delivery.target).on_finished
    if told is not None:
        told(delivery)
