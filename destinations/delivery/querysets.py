from __future__ import annotations

import functools
import operator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest, Now

from destinations.delivery import permission
from runtime import clock
from tenants.querysets import Row, TenantQuerySet

if TYPE_CHECKING:
    from accounts.access import Access
    from destinations.delivery.models import Delivery


QUIET = timedelta(minutes=15)
"""Beat takes up idle work within seconds: whoever is quiet for so long waits for a worker that is down."""


def lease() -> timedelta:
    """How long a worker may be silent before its work is given to another; it speaks up in between."""
    return timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)


class LeasedQuerySet(TenantQuerySet[Row]):
    """Rows that one worker at a time works on. All times are PostgreSQL's."""

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
        """Whether the lease was still this worker's; then it is prolonged."""
        return bool(self.filter(pk=pk).leased_with(epoch).update(leased_until=Now() + lease()))


class DeliveryQuerySet(LeasedQuerySet[Row]):
    """Deliveries are leased while they are planned and while they are accounted for."""

    def stuck(self) -> Self:
        """Unfinished, and nobody has worked on it for a while, although it waits for no person and no limit.

        The next for a target that is busy only waits its turn.
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

    def visible_to(self, access: Access) -> Self:
        """Those of data templates that are open to this person: of any other nothing is shown, listed or counted.

        A destination may have open and closed ones; what no data template is known of is for those who see all.
        """
        if not access.can("delivery:view"):
            return self.none()
        return self.filter(*permission.limits(access))

    def hidden_from(self, access: Access) -> Self:
        """Those that this person may not see: for whoever sees all, no database query is needed to know it."""
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
        """Some worker is at it."""
        return self.open().filter(leased_until__gte=Now())

    def takeable(self, delivery_id: int) -> Self:
        """Of one delivery, those that can be worked on now, in order: free, and no earlier phase is open."""
        mine = self.filter(delivery_id=delivery_id)
        first_phase = mine.open().order_by("phase").values("phase")[:1]
        ready = mine.open().unleased().filter(Q(not_before=None) | Q(not_before__lte=Now()))
        return ready.filter(phase=Subquery(first_phase)).order_by("number")
