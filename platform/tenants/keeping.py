"""How long things are kept: apps register what expires, tenants may set the days, one job does the removing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from runtime import clock
from tenants.models import Retention, Tenant
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Keeping:
    """One kind of thing, named as in a tenant's setting, and how many days it is kept without such a setting.

    `remove(before)` runs in a tenant's scope and removes what is older; it is safe to kill and to repeat.
    """

    kind: Retention.Kind
    days: int
    remove: Callable[[datetime], None]


_keepings: dict[str, Keeping] = {}


def register(name: str, keeping: Keeping) -> None:
    _keepings[name] = keeping


def usual_days() -> dict[Retention.Kind, int]:
    """How long each kind is kept unless a tenant says otherwise."""
    return {keeping.kind: keeping.days for keeping in _keepings.values()}


def remove_what_is_old() -> None:
    """In every tenant, by its own settings; a failure is logged and does not stop the rest."""
    now = clock.now()
    for tenant in Tenant.objects.all():
        with tenant_scope(tenant):
            days = dict(Retention.objects.values_list("kind", "days"))
            for name, keeping in _keepings.items():
                _remove(name, keeping, now - timedelta(days=days.get(keeping.kind, keeping.days)))


def _remove(name: str, keeping: Keeping, before: datetime) -> None:
    try:
        keeping.remove(before)
    except Exception:
        log.exception("could not remove what is old", what=name)
