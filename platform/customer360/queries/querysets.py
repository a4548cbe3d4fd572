from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Prefetch, Q

from runtime import clock
from tenants.querysets import Row, TenantQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class QueryQuerySet(TenantQuerySet[Row]):
    def active(self) -> Self:
        """Those that may be built as tables and sent."""
        return self.filter(status="active")

    def sought(self, words: str) -> Self:
        """Those whose name or description has the words."""
        return self.filter(Q(name__icontains=words) | Q(description__icontains=words)) if words else self

    def with_last_run(self) -> Self:
        """Each has its latest run, if there is one, as the only row of `last_runs`."""
        from customer360.queries.models import QueryRun

        return self.prefetch_related(Prefetch("runs", QueryRun.objects.last_ones(), to_attr="last_runs"))


class QueryRunQuerySet(TenantQuerySet[Row]):
    def last_ones(self) -> Self:
        """The latest run of each query."""
        latest = self.model._default_manager.order_by("query_id", "-created_at", "-pk").distinct("query_id")
        return self.filter(pk__in=latest.values("pk"))

    def open(self) -> Self:
        return self.filter(status__in=("waiting", "running"))

    def of(self, person: User) -> Self:
        return self.filter(started_by=person)

    def end(self, pk: int, **values: Any) -> bool:
        """Ends the run with these values unless it has ended; whether it did."""
        return bool(self.open().filter(pk=pk).update(ended_at=clock.now(), **values))
