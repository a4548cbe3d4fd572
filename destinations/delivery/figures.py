"""The numbers of a delivery's report: outcomes, progress, calls, times."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from destinations.delivery import advice, progress
from destinations.delivery.calls import TIMELINE_SECONDS
from destinations.delivery.models import Delivery, Slice
from destinations.delivery.outcomes import Status
from destinations.delivery.quota import Quota
from ui import charts, formats

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from destinations.delivery.outcomes import Counts
    from notifications.services import Progress

PARTS = (
    (Status.CREATED, "Created", "c5"),
    (Status.ADDED, "Added", "good"),
    (Status.UPDATED, "Updated", "c1"),
    (Status.UNCHANGED, "Unchanged", "c0"),
    (Status.NOT_FOUND, "Not found", "c2"),
    (Status.DUPLICATE, "Duplicates", "c6"),
    (Status.INVALID, "Invalid", "warn"),
    (Status.NOT_SENT, "Not sent", "c4"),
    (Status.FAILED, "Failed", "bad"),
)


class Figures:
    """What a page shows of a delivery; `discreet` reveals neither who is in the audience nor how many."""

    def __init__(self, delivery: Delivery, *, discreet: bool = False) -> None:
        self._delivery = delivery
        self._discreet = discreet

    @cached_property
    def counts(self) -> Counts | None:
        return self._delivery.tally if self._delivery.counts and not self._discreet else None

    @cached_property
    def proportion(self) -> SafeString | None:
        """The outcomes as one bar."""
        counts = self.counts
        if counts is None or not counts.audience:
            return None
        parts = [charts.Part(label, counts.of_status(status), css) for status, label, css in PARTS]
        return charts.proportion([part for part in parts if part.value], label="Outcomes of the audience")

    @cached_property
    def progress(self) -> Progress | None:
        return None if self._delivery.is_finished or self._discreet else progress.rows_done(self._delivery)

    @cached_property
    def progress_words(self) -> str:
        done = self.progress
        return f"{formats.number(done.done)} of {formats.number(done.total)}" if done else ""

    @property
    def advice(self) -> str:
        """What happened and what to do about it, in words."""
        return advice.told(self._delivery, discreet=self._discreet)

    @cached_property
    def preparing_took(self) -> timedelta | None:
        return _between(self._delivery.begun_at, self._delivery.planned_at)

    @cached_property
    def sending_took(self) -> timedelta | None:
        return _between(self._delivery.sending_at, self._delivery.finished_at)

    @cached_property
    def calls(self) -> int:
        return sum(sum(piece.values()) for piece in self._slices("calls"))

    @cached_property
    def rate(self) -> SafeString | None:
        """Calls per ten seconds over the run, beside the limit."""
        made = Counter[int]()
        for piece in self._slices("timeline"):
            made.update({int(moment): count for moment, count in piece.items()})
        if len(made) < 2:  # noqa: PLR2004 - one point is no line
            return None
        moments = range(min(made), max(made) + 1)
        burst = Quota(self._delivery.account_ref, self._delivery.connector.allowance).outlook().burst
        return charts.line(
            [f"{datetime.fromtimestamp(moment * TIMELINE_SECONDS, UTC):%H:%M:%S}" for moment in moments],
            [charts.Series("Calls", [made[moment] for moment in moments])],
            label="Calls per ten seconds",
            limit=charts.Limit("limit", burst) if burst else None,
        )

    @cached_property
    def left_today(self) -> int | None:
        return Quota(self._delivery.account_ref, self._delivery.connector.allowance).outlook().left_today

    @cached_property
    def previous(self) -> Delivery | None:
        earlier: Delivery | None = (
            self._delivery.target.deliveries.filter(
                created_at__lt=self._delivery.created_at, sent_as=self._delivery.sent_as
            )
            .exclude(counts={})
            .order_by("-created_at")
            .first()
        )
        return earlier

    @property
    def has_failed_rows(self) -> bool:
        return self._delivery.is_finished and bool(self._delivery.tally.failed)

    @cached_property
    def can_resume(self) -> bool:
        delivery = self._delivery
        ended_early = delivery.status in {Delivery.Status.STOPPED, Delivery.Status.FAILED}
        same_ledger = delivery.target.ledger_version == delivery.ledger_version
        return ended_early and same_ledger and Slice.objects.of(delivery).open().exists()

    def _slices(self, column: str) -> list[dict[str, int]]:
        return list(Slice.objects.filter(delivery=self._delivery).values_list(column, flat=True))


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return end - start if start and end else None
