"""Which deliveries a person may see and control: the app that owns data templates says which are open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Q

from accounts.access import access_of
from destinations.delivery.refusals import NotOpenError
from tenants.models import Tenant

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.access import Access
    from accounts.models import User
    from destinations.delivery.models import Delivery


class OpenTemplates(Protocol):
    """The ids of data templates this person may send with; None means all, deleted ones included."""

    def __call__(self, access: Access) -> QuerySet[Any] | None: ...


_rules: list[OpenTemplates] = []


def register(rule: OpenTemplates) -> None:
    _rules.append(rule)


def limits(access: Access) -> list[Q]:
    """The conditions a delivery must all meet for this person to see it; empty for people who see all."""
    told = (rule(access) for rule in _rules)
    return [Q(sent_as__in=ids) for ids in told if ids is not None]


def require_open(delivery: Delivery, actor: User) -> None:
    """Raises NotOpenError for a delivery that the person may not see."""
    access = access_of(actor, Tenant.objects.get(pk=delivery.tenant_id))
    if not type(delivery).objects.visible_to(access).filter(pk=delivery.pk).exists():
        raise NotOpenError
