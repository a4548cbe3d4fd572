from __future__ import annotations

from typing import Self

from django.db.models import Prefetch, Q

from customer360.runs.querysets import EngineRunQuerySet
from tenants.querysets import Row, TenantQuerySet


class QueryQuerySet(TenantQuerySet[Row]):
    def active(self) -> Self:
        """Queries that may be built as tables and sent."""
        return self.filter(status="active")

    def sought(self, words: str) -> Self:
        """Queries whose name or description contains the words."""
        return self.filter(Q(name__icontains=words) | Q(description__icontains=words)) if words else self

    def with_last_run(self) -> Self:
        """Each gets its latest run, if any, as the only row of `last_runs`."""
        from customer360.queries.models import QueryRun

        return self.prefetch_related(Prefetch("runs", QueryRun.objects.last_ones(), to_attr="last_runs"))


class QueryRunQuerySet(EngineRunQuerySet[Row]):
    def last_ones(self) -> Self:
        """The latest run of each query."""
        latest = self.model._default_manager.order_by("query_id", "-created_at", "-pk").distinct("query_id")
        return self.filter(pk__in=latest.values("pk"))
