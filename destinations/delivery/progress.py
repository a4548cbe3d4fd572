"""What people are told about a delivery while it runs and when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from destinations.delivery.advice import told as advice_told
from destinations.delivery.models import Delivery, Slice
from destinations.delivery.owners import owner_of
from destinations.delivery.specs import Scope
from notifications.events import Event, News
from notifications.models import Kind
from notifications.services import Progress, notify
from tenants.urls import tenant_reverse
from ui import formats

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User
    from destinations.delivery.outcomes import Counts

TOPIC = "delivery"
PLACE = "destination:"
"""The prefix of a destination's key in alerts and notifications."""
TEMPLATE = "data_template:"
"""The prefix of a data template's key: deliveries with it are reported to the people it is open to."""
EVENTS = {
    Delivery.Status.PREPARING: Event.STARTED,
    Delivery.Status.HELD: Event.HELD,
    Delivery.Status.COMPLETED: Event.COMPLETED,
    Delivery.Status.COMPLETED_WITH_ERRORS: Event.COMPLETED_WITH_ERRORS,
    Delivery.Status.FAILED: Event.FAILED,
}
KINDS = {
    Delivery.Status.HELD: Kind.WARNING,
    Delivery.Status.STOPPED: Kind.WARNING,
    Delivery.Status.COMPLETED: Kind.COMPLETED,
    Delivery.Status.COMPLETED_WITH_ERRORS: Kind.WARNING,
    Delivery.Status.FAILED: Kind.ERROR,
}
REDACTED = "Personal data decides who is in the audience, so its numbers are not shown to you."
LINK_TEXTS = {Delivery.Status.HELD: "Review and decide"}


def tell(delivery: Delivery) -> None:
    """Updates the delivery's notification for the person who started it and for people whose alerts ask for it."""
    status = Delivery.Status(delivery.status)
    notify(
        topic=TOPIC,
        thread=f"delivery:{delivery.pk}",
        recipients=_recipients(delivery),
        kind=KINDS.get(status, Kind.RUNNING),
        title=_title(delivery, status),
        body=_body(delivery),
        redacted_body=_discreet_body(delivery) if delivery.audience.tells_of_pii else None,
        link=tenant_reverse(delivery.tenant, "delivery", delivery_id=delivery.pk),
        link_text=LINK_TEXTS.get(status, "Open the report" if delivery.is_finished else "Watch it"),
        progress=None if delivery.is_finished else rows_done(delivery),
        place=_place(delivery),
        news=_news(delivery),
    )


def _place(delivery: Delivery) -> str:
    """The key of its data template; without one, a key open only to people who see all."""
    return f"{TEMPLATE}{delivery.mapping.data_template_id or ''}"


def _title(delivery: Delivery, status: Delivery.Status) -> str:
    """Its name; for anything but a usual send, also how it differs."""
    extent = "" if delivery.extent is Scope.FULL else f" ({delivery.scope_label.lower()})"
    return f"{delivery.name}{extent}: {status.label}"


def _recipients(delivery: Delivery) -> list[User]:
    """The person who started it, and the followers named by its target's owner."""
    followers = owner_of(delivery.target).followers(delivery.target)
    return [*([delivery.started_by] if delivery.started_by else []), *followers]


def _news(delivery: Delivery) -> News | None:
    event = Event.DELAYED if delayed_until(delivery) else EVENTS.get(Delivery.Status(delivery.status))
    if event is None or delivery.extent is Scope.DRY_RUN:
        return None
    counts, target = delivery.tally, delivery.target
    share = counts.undelivered / counts.audience if counts.audience else 0
    narrowest, *wider = owner_of(target).subjects(target)
    about = (narrowest, *wider, f"{PLACE}{delivery.connector.destination_id}")
    return News(event=event, about=about, parts_of=tuple(wider), skipped_percent=100 * share)


def rows_done(delivery: Delivery) -> Progress | None:
    """How many of the rows to send have been sent; None until the plan exists."""
    pieces = Slice.objects.of(delivery).exclude(phase=Slice.Phase.CONNECT)
    total = pieces.aggregate(rows=Sum("rows"))["rows"]
    if total is None:
        return None
    done = pieces.filter(state=Slice.State.DONE).aggregate(rows=Sum("rows"))["rows"]
    return Progress(done=done or 0, total=total)


def delayed_until(delivery: Delivery) -> datetime | None:
    """When the destination's daily limit lets it continue, if it waits for that."""
    return delivery.waiting_until if delivery.status == Delivery.Status.SENDING else None


def _body(delivery: Delivery) -> str:
    plain = _waits(delivery) or advice_told(delivery)
    if plain:
        return plain
    if delivery.extent is Scope.DRY_RUN and delivery.is_finished and delivery.planned:
        return _forecast(delivery.planned)
    return _summary(delivery.tally) if delivery.is_finished and delivery.counts else ""


def _discreet_body(delivery: Delivery) -> str:
    """The text for people who may learn neither who is in the audience nor how many."""
    return _waits(delivery) or advice_told(delivery, discreet=True) or (REDACTED if delivery.is_finished else "")


def _waits(delivery: Delivery) -> str:
    waits_until = delayed_until(delivery)
    if waits_until is None:
        return ""
    local = waits_until.astimezone(delivery.tenant.zone)
    return f"The account's calls for today are used up. It continues by itself on {local:%d %B at %H:%M}."


def _forecast(planned: Mapping[str, int]) -> str:
    counted = {"added": planned["adds"], "updated": planned["updates"], "removed": planned["removes"]}
    changes = [f"{formats.number(count)} {word}" for word, count in counted.items() if count]
    return f"A send would change this: {', '.join(changes)}." if changes else "A send would change nothing."


def _summary(counts: Counts) -> str:
    parts = [f"{counts.delivered:,} of {counts.audience:,} customers delivered"]
    if counts.removed:
        parts.append(f"{counts.removed:,} removed")
    return ", ".join([*parts, *undelivered(counts)]) + "."


def undelivered(counts: Counts) -> list[str]:
    """What became of rows that did not arrive: “11 invalid”, “80 not found”."""
    found = {
        "failed": counts.failed,
        "invalid": counts.invalid,
        "not found": counts.not_found,
        "duplicates": counts.duplicate,
        "not sent": counts.not_sent,
    }
    return [f"{formats.number(count)} {word}" for word, count in found.items() if count]
