"""Which deliveries a person may see, and let go on: the app that owns destinations says which of them are open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from accounts.access import access_of
from destinations.delivery.refusals import NotOpenError
from tenants.models import Tenant

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.access import Access
    from accounts.models import User
    from destinations.delivery.models import Delivery


class OpenDestinations(Protocol):
    """The ids of those that this person may see and send to; None for every one, gone ones included."""

    def __call__(self, access: Access) -> QuerySet[Any] | None: ...


_rules: list[OpenDestinations] = []


def register(rule: OpenDestinations) -> None:
    _rules.append(rule)


def limits(access: Access) -> list[QuerySet[Any]]:
    """What a destination must be in, each of them, to be open to this person."""
    told = (rule(access) for rule in _rules)
    return [ids for ids in told if ids is not None]


def require_open(delivery: Delivery, actor: User) -> None:
    """Raises NotOpenError for a delivery that the person may not see."""
    access = access_of(actor, Tenant.objects.get(pk=delivery.tenant_id))
    if not type(delivery).objects.visible_to(access).filter(pk=delivery.pk).exists():
        raise NotOpenError
