from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Prefetch, Q

from destinations.delivery.models import Delivery
from tenants.querysets import Row, TenantQuerySet

if TYPE_CHECKING:
    from accounts.access import Access


class OrchestrationQuerySet(TenantQuerySet[Row]):
    def visible_to(self, access: Access) -> Self:
        """Orchestrations whose data template this person may use and whose objects they may see."""
        from destinations.models import DataTemplate

        if not access.can("orchestration:view"):
            return self.none()
        seen = Q(object_type__in=[kind for kind in ("query", "segment") if access.can(f"{kind}:view")])
        return self.filter(seen, data_template__in=DataTemplate.objects.visible_to(access))

    def whole(self) -> Self:
        """Loads destination, objects and owner, so that no further queries are needed."""
        return self.select_related("data_template__destination__credential", "owner").prefetch_related(
            "objects_sent__query", "objects_sent__segment"
        )

    def with_last_run(self, access: Access) -> Self:
        """Each gets the latest run that this person may see, if any, as the only row of `last_runs`."""
        from destinations.orchestrations.models import OrchestrationRun

        latest = OrchestrationRun.objects.visible_to(access).last_ones().whole()
        return self.prefetch_related(Prefetch("runs", latest, to_attr="last_runs"))


class RunQuerySet(TenantQuerySet[Row]):
    def visible_to(self, access: Access) -> Self:
        """Without runs that went to a destination this person may not see."""
        from destinations.orchestrations.models import RunObject

        elsewhere = RunObject.objects.filter(delivery__in=Delivery.objects.hidden_from(access))
        return self.exclude(pk__in=elsewhere.values("run"))

    def whole(self) -> Self:
        return self.select_related("orchestration", "started_by").prefetch_related("run_objects__delivery__target")

    def last_ones(self) -> Self:
        """The latest run of each orchestration; dry runs change nothing, so they do not count."""
        kept = self.exclude(scope="dry_run").order_by("orchestration_id", "-number")
        return self.filter(pk__in=kept.distinct("orchestration_id").values("pk"))

    def open(self) -> Self:
        return self.filter(ended_at=None)

    def waiting(self) -> Self:
        """Runs that have been neither begun nor refused."""
        return self.filter(begun_at=None, ended_at=None)

    def up_to(self, run_id: int) -> Self:
        """This run and the earlier ones of its orchestration, in order."""
        this = self.model._default_manager.filter(pk=run_id)
        earlier = self.filter(orchestration__in=this.values("orchestration"), number__lte=this.values("number"))
        return earlier.order_by("number")
