from __future__ import annotations

import functools
import operator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest, Now

from destinations.delivery import permission
from destinations.delivery.specs import Scope
from runtime import clock
from tenants.querysets import Row, TenantQuerySet

if TYPE_CHECKING:
    from accounts.access import Access
    from destinations.delivery.models import Delivery


QUIET = timedelta(minutes=15)
"""Beat picks up idle work within seconds, so work that is quiet this long waits for a worker that is down."""


def lease() -> timedelta:
    """How long a worker may be silent before its work goes to another; a living one renews sooner."""
    return timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)


class LeasedQuerySet(TenantQuerySet[Row]):
    """Rows that one worker at a time may work on. All times are by PostgreSQL's clock."""

    def unleased(self) -> Self:
        return self.filter(Q(leased_until=None) | Q(leased_until__lt=Now()))

    def leased_with(self, epoch: int) -> Self:
        return self.filter(lease_epoch=epoch, leased_until__isnull=False)

    def lease(self, pk: int, **conditions: Any) -> int | None:
        """The epoch of a new lease on the row, or None when another worker has it or a condition fails."""
        free = self.filter(pk=pk, **conditions).unleased()
        if not free.update(lease_epoch=F("lease_epoch") + 1, leased_until=Now() + lease()):
            return None
        return int(self.values_list("lease_epoch", flat=True).get(pk=pk))

    def renew(self, pk: int, epoch: int) -> bool:
        """Renews the lease and returns True if it was still this worker's."""
        return bool(self.filter(pk=pk).leased_with(epoch).update(leased_until=Now() + lease()))


class DeliveryQuerySet(LeasedQuerySet[Row]):
    """Deliveries are leased while they are planned and while they are accounted for."""

    def stuck(self) -> Self:
        """Unfinished and idle for a while, although waiting for no person and no limit.

        A delivery queued behind a busy target is not stuck.
        """
        from destinations.delivery.models import Delivery, Slice

        moments = ("created_at", "begun_at", "planned_at", "sending_at", "served_at", "waiting_until")
        quiet = self.unleased().annotate(last_sign=Greatest(*moments)).filter(last_sign__lt=clock.now() - QUIET)
        in_hand = Q(leased_until__gte=Now()) | Q(not_before__gte=Now())
        worked_on = Slice.objects.filter(in_hand, delivery=OuterRef("pk"))
        busy = Delivery.objects.filter(target=OuterRef("target"), status__in=Delivery.ACTIVE)
        waits_its_turn = Q(status=Delivery.Status.WAITING) & Exists(busy)
        held = Q(status=Delivery.Status.HELD)
        finished = Q(status__in=Delivery.FINISHED)
        return quiet.exclude(finished | held).exclude(waits_its_turn).exclude(Exists(worked_on))

    def left_in_place(self) -> Self:
        """Deliveries whose customers their target may still hold: the last full one that completed, and any since.

        One with errors may have left customers of those before it.
        """
        from destinations.delivery.models import Delivery

        whole = Delivery.objects.filter(scope__in=(Scope.FULL, Scope.RESEND), status=Delivery.Status.COMPLETED)
        last = whole.filter(target=OuterRef("target")).order_by("-pk").values("pk")[:1]
        return self.exclude(scope=Scope.DRY_RUN).filter(pk__gte=Coalesce(Subquery(last), 0))

    def decided_by_pii(self) -> Self:
        """Those whose audience personal data decided, or may have: of old ones nobody knows."""
        return self.exclude(audience__contains={"decided_by_pii": False})

    def visible_to(self, access: Access) -> Self:
        """Deliveries of data templates open to this person; any other is not shown, listed or counted.

        A destination may have open and closed templates; a delivery without a known one is for people who see all.
        """
        if not access.can("delivery:view"):
            return self.none()
        return self.filter(*permission.limits(access))

    def hidden_from(self, access: Access) -> Self:
        """Deliveries this person may not see; costs no query for people who see all."""
        if not access.can("delivery:view"):
            return self.all()
        conditions = [~limit for limit in permission.limits(access)]
        return self.filter(functools.reduce(operator.or_, conditions)) if conditions else self.none()


class SliceQuerySet(LeasedQuerySet[Row]):
    def of(self, delivery: Delivery) -> Self:
        return self.filter(delivery=delivery)

    def open(self) -> Self:
        return self.filter(state="open")

    def in_hand(self) -> Self:
        """A worker holds a lease on it."""
        return self.open().filter(leased_until__gte=Now())

    def takeable(self, delivery_id: int) -> Self:
        """One delivery's slices that can be worked on now, in order: free, with no earlier phase open."""
        mine = self.filter(delivery_id=delivery_id)
        first_phase = mine.open().order_by("phase").values("phase")[:1]
        ready = mine.open().unleased().filter(Q(not_before=None) | Q(not_before__lte=Now()))
        return ready.filter(phase=Subquery(first_phase)).order_by("number")
