from __future__ import annotations

from typing import Any, Self

from tenants.querysets import TenantQuerySet


class SegmentQuerySet(TenantQuerySet[Any]):
    def active(self) -> Self:
        """Segments that campaigns and orchestrations may use."""
        return self.filter(status="active", active_version__isnull=False)
