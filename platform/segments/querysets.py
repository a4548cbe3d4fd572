from __future__ import annotations

from typing import Any, Self

from django.db.models import Q

from tenants.querysets import TenantQuerySet

STATES = {"draft": ("draft",), "active": ("active",), "archived": ("archived",)}
IN_USE = ("draft", "active")
ORDERS = ("name", "-name", "updated_at", "-updated_at")


class SegmentQuerySet(TenantQuerySet[Any]):
    def active(self) -> Self:
        """Segments that campaigns and orchestrations may use."""
        return self.filter(status="active", active_version__isnull=False)

    def listed(self, *, sought: str, state: str, order: str) -> Self:
        """Those whose name or description contains `sought`; archived ones only if that state is asked for."""
        found = self.filter(status__in=STATES.get(state, IN_USE))
        if sought:
            found = found.filter(Q(name__icontains=sought) | Q(description__icontains=sought))
        return found.order_by(order if order in ORDERS else "name", "pk")
