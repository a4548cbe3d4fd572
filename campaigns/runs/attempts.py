"""A run's delivery together with the retries of its failed rows: how its rows ended.

Each function takes the delivery that the run started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.delivery.models import Delivery

if TYPE_CHECKING:
    from destinations.delivery.outcomes import Counts


def first_of(delivery: Delivery) -> Delivery:
    """The delivery that this one retries, or itself if it is no retry."""
    while delivery.retries is not None:
        delivery = delivery.retries
    return delivery


def attempts(delivery: Delivery) -> list[Delivery]:
    """The delivery, its retries and their retries, in the order in which they were started."""
    retries = [attempt for retry in delivery.retried_by.all() for attempt in attempts(retry)]
    return [delivery, *sorted(retries, key=lambda each: each.pk)]


def tally(delivery: Delivery) -> Counts | None:
    """Counts every row once, as the last attempt left it; None before the delivery has counted."""
    if not delivery.counts:
        return None
    retries = sorted(delivery.retried_by.all(), key=lambda each: each.pk, reverse=True)
    counted = (tally(retry) for retry in retries)
    last = next((counts for counts in counted if counts is not None), None)
    return delivery.tally if last is None else delivery.tally.with_retry(last)


def status(delivery: Delivery) -> str:
    """The delivery's status: a failure is made good when its retries left nothing failed or unsent."""
    counts = tally(delivery)
    is_made_good = delivery.retried_by.all() and counts and not (counts.failed or counts.not_sent)
    if delivery.status != Delivery.Status.FAILED or not is_made_good:
        return str(delivery.status)
    return str(Delivery.Status.COMPLETED)
