"""Whether a person may let a delivery go on: the app that owns destinations says so, by their rules of access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from accounts.access import access_of
from destinations.delivery.refusals import NotOpenError
from tenants.models import Tenant

if TYPE_CHECKING:
    from accounts.access import Access
    from accounts.models import User
    from destinations.delivery.models import Delivery


class MaySendTo(Protocol):
    """Whether this person may send to the destination with this id, now."""

    def __call__(self, access: Access, destination_id: int) -> bool: ...


_rules: list[MaySendTo] = []


def register(rule: MaySendTo) -> None:
    _rules.append(rule)


def require_open(delivery: Delivery, actor: User) -> None:
    """Raises NotOpenError for a destination that the person could not send to; without an id there is none."""
    destination = delivery.connector.destination_id
    if destination is None:
        return
    access = access_of(actor, Tenant.objects.get(pk=delivery.tenant_id))
    if not all(rule(access, destination) for rule in _rules):
        raise NotOpenError
