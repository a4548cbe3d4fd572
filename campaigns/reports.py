"""A run of a campaign as people see it: one row for each group and destination."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import reverse

from destinations.delivery.progress import rows_done
from ui import formats

if TYPE_CHECKING:
    from campaigns.models import CampaignRun, RunDelivery, RunGroup
    from destinations.delivery.outcomes import Counts
    from notifications.services import Progress


@dataclass(frozen=True)
class ReportRow:
    """A group on its way to one destination; a control group has no delivery."""

    group: RunGroup
    sent: RunDelivery | None

    @property
    def destination(self) -> str:
        return self.sent.destination_name if self.sent else ""

    @property
    def status(self) -> str:
        return self.sent.delivery.get_status_display() if self.sent else ""

    @cached_property
    def progress(self) -> Progress | None:
        """Rows done of those to do, while that is known and changing."""
        if self.sent is None or self.sent.delivery.is_finished:
            return None
        return rows_done(self.sent.delivery)

    @property
    def counts(self) -> Counts | None:
        return self.sent.delivery.tally if self.sent and self.sent.delivery.counts else None

    @property
    def report_url(self) -> str:
        return reverse("delivery", args=[self.sent.delivery_id]) if self.sent else ""


@dataclass(frozen=True)
class RunReport:
    run: CampaignRun

    @cached_property
    def rows(self) -> list[ReportRow]:
        return [row for group in self.run.groups.all() for row in _rows_of(group)]

    @property
    def treated(self) -> int | None:
        """Customers who are not controls; None while they are not known."""
        if self.run.audience_count is None:
            return None
        return self.run.audience_count - (self.run.control_count or 0)

    @cached_property
    def counts(self) -> list[Counts]:
        """Of the deliveries that have counted."""
        return [row.counts for row in self.rows if row.counts is not None]

    @property
    def delivered(self) -> int | None:
        """Customers delivered so far, over all destinations; None before any delivery has counted."""
        return sum(counts.delivered for counts in self.counts) if self.counts else None

    @property
    def has_errors(self) -> bool:
        return any(counts.has_errors for counts in self.counts)

    @property
    def in_words(self) -> str:
        """“2,124 delivered, 563 not in HubSpot, 106 invalid”; nothing before any delivery has counted."""
        figures = {
            "delivered": self.delivered or 0,
            "not in HubSpot": sum(counts.not_found for counts in self.counts),
            "invalid": sum(counts.invalid for counts in self.counts),
            "failed": sum(counts.failed for counts in self.counts),
            "not sent": sum(counts.not_sent for counts in self.counts),
        }
        return ", ".join(f"{formats.number(figure)} {label}" for label, figure in figures.items() if figure)


def _rows_of(group: RunGroup) -> list[ReportRow]:
    sent = [ReportRow(group, each) for each in group.run_deliveries.all()]
    return sent or [ReportRow(group, None)]
