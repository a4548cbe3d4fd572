"""What people are told of a delivery while it runs and when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from destinations.delivery.models import Delivery, Slice
from notifications.models import Kind
from notifications.services import Progress, notify
from notifications.topics import Topic
from tenants.urls import tenant_reverse

if TYPE_CHECKING:
    from destinations.delivery.outcomes import Counts

TOPIC = Topic(key="delivery", label="Deliveries", action="delivery:view")

KINDS = {
    Delivery.Status.HELD: Kind.WARNING,
    Delivery.Status.STOPPED: Kind.WARNING,
    Delivery.Status.COMPLETED: Kind.COMPLETED,
    Delivery.Status.COMPLETED_WITH_ERRORS: Kind.WARNING,
    Delivery.Status.FAILED: Kind.ERROR,
}


def tell(delivery: Delivery) -> None:
    """Its notification says where the delivery stands."""
    if delivery.started_by is None:
        return
    status = Delivery.Status(delivery.status)
    notify(
        topic=TOPIC.key,
        thread=f"delivery:{delivery.pk}",
        recipients=[delivery.started_by],
        kind=KINDS.get(status, Kind.RUNNING),
        title=f"{delivery.name}: {status.label}",
        body=_body(delivery),
        link=tenant_reverse(delivery.tenant, "delivery", delivery_id=delivery.pk),
        progress=None if delivery.is_finished else rows_done(delivery),
    )


def rows_done(delivery: Delivery) -> Progress | None:
    """How many rows have been sent of those that must be; None before the plan knows."""
    pieces = Slice.objects.of(delivery).exclude(phase=Slice.Phase.CONNECT)
    total = pieces.aggregate(rows=Sum("rows"))["rows"]
    if total is None:
        return None
    done = pieces.filter(state=Slice.State.DONE).aggregate(rows=Sum("rows"))["rows"]
    return Progress(done=done or 0, total=total)


def _body(delivery: Delivery) -> str:
    if delivery.error:
        return delivery.error
    return _summary(delivery.tally) if delivery.is_finished and delivery.counts else ""


def _summary(counts: Counts) -> str:
    parts = [f"{counts.delivered:,} of {counts.audience:,} customers delivered"]
    if counts.removed:
        parts.append(f"{counts.removed:,} removed")
    undelivered = {
        "failed": counts.failed,
        "invalid": counts.invalid,
        "not found": counts.not_found,
        "not sent": counts.not_sent,
    }
    parts += [f"{count:,} {word}" for word, count in undelivered.items() if count]
    return ", ".join(parts) + "."
