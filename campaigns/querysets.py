from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from campaigns.states import ENDED, RunState, Status
from destinations.delivery.querysets import LeasedQuerySet
from tenants.querysets import TenantManager, TenantQuerySet

if TYPE_CHECKING:
    from accounts.access import Access
    from campaigns.models import Campaign, CampaignRun  # noqa: F401  named in annotations below
    from destinations.models import Destination


class CampaignQuerySet(TenantQuerySet["Campaign"]):
    def visible_to(self, access: Access) -> Self:
        return self if access.can("campaign:view") else self.none()

    def by_themselves(self) -> Self:
        """Campaigns that a schedule sends, or would send if they were not paused."""
        return self.filter(Q(next_run_at__isnull=False) | Q(status=Status.PAUSED), schedule__isnull=False)

    def not_archived(self) -> Self:
        return self.exclude(status=Status.ARCHIVED)

    def going_to(self, destination: Destination) -> Self:
        """Campaigns with a treatment that is sent to the destination."""
        from campaigns.models import GroupDestination

        sent = GroupDestination.objects.filter(data_template__destination=destination)
        return self.filter(pk__in=sent.values("group__campaign"))

    def with_list_details(self, access: Access) -> Self:
        """Rows with their owner, last run and the destinations that this person may see; no query per row."""
        from campaigns.models import CampaignRun, GroupDestination
        from destinations.models import Destination

        last_run = CampaignRun.objects.recorded().filter(campaign=OuterRef("pk"))  # a refused run is no send
        seen = GroupDestination.objects.filter(
            data_template__destination__in=Destination.objects.visible_to(access)
        )
        destinations = seen.select_related("data_template__destination")
        return (
            self.select_related("owner")
            .annotate(
                last_sent_at=Subquery(last_run.values("started_at")[:1]),
                last_run=Subquery(last_run.values("pk")[:1]),
                last_audience=Subquery(last_run.values("audience_count")[:1]),
            )
            .prefetch_related(Prefetch("groups__destinations", destinations))
        )

    def whole(self) -> Self:
        """Everything that a campaign's own page shows, in a fixed number of queries."""
        return self.select_related("owner").prefetch_related(
            "campaign_segments__segment",
            "sub_audiences__segment",
            "sub_audiences__groups__destinations__data_template__destination__credential",
        )


class CampaignRunQuerySet(LeasedQuerySet["CampaignRun"]):
    def open(self) -> Self:
        return self.exclude(state__in=ENDED)

    def ended(self) -> Self:
        return self.filter(state__in=ENDED)

    def recorded(self) -> Self:
        """Runs that have recorded who is in which group, the latest first."""
        return self.exclude(audience_count=None).order_by("-number")

    def before(self, run: CampaignRun) -> Self:
        """Recorded earlier runs of the same campaign, the latest first: a run's changes are against that one."""
        return self.recorded().filter(campaign=run.campaign_id, number__lt=run.number)

    def since_delivered(self) -> Self:
        """Of one campaign's runs the last delivered one and any since: their customers may still be in place."""
        last = self.filter(state=RunState.DELIVERED).order_by("-number").values("number")[:1]
        return self.filter(number__gte=Coalesce(Subquery(last), 0))

    def whole(self) -> Self:
        """Runs with their groups and deliveries, in a fixed number of queries."""
        return self.select_related("campaign", "started_by").prefetch_related(
            "groups__run_deliveries__delivery__retried_by__retried_by"
        )


CampaignManager = TenantManager.from_queryset(CampaignQuerySet)
CampaignRunManager = TenantManager.from_queryset(CampaignRunQuerySet)
