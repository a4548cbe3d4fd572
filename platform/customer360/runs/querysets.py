from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from runtime import clock
from tenants.querysets import Row, TenantQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class EngineRunQuerySet(TenantQuerySet[Row]):
    def open(self) -> Self:
        return self.filter(status__in=("waiting", "running"))

    def of(self, person: User) -> Self:
        return self.filter(started_by=person)

    def end(self, pk: int, **values: Any) -> bool:
        """Ends the run with these values unless it has ended; returns whether it did."""
        return bool(self.open().filter(pk=pk).update(ended_at=clock.now(), **values))
