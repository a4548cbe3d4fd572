"""A run of a campaign as people see it: one row for each group and destination."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import reverse

from campaigns.audience.assignment import WHOLE
from campaigns.openness import CLOSED
from campaigns.runs.attempts import attempts, tally
from campaigns.states import RunState
from destinations.delivery.models import Delivery
from destinations.delivery.progress import rows_done
from ui import charts, formats

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from decimal import Decimal

    from django.utils.safestring import SafeString

    from accounts.access import Access
    from campaigns.models import CampaignRun, RunDelivery, RunGroup
    from destinations.delivery.outcomes import Counts
    from notifications.services import Progress


@dataclass(frozen=True)
class ReportRow:
    """A group and one of its destinations; a control group has no delivery.

    What is not open to the reader is shown to exist, but neither where it goes nor its status.
    """

    group: RunGroup
    sent: RunDelivery | None
    is_open: bool = True  # to this reader

    @cached_property
    def attempts(self) -> list[Delivery]:
        """The delivery and the retries of its failed rows, if they are open to the reader."""
        return attempts(self.sent.delivery) if self.sent and self.is_open else []

    @property
    def delivery(self) -> Delivery | None:
        """The last attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def share(self) -> Decimal:
        """The group's share of its sub-audience."""
        return self.group.percent / WHOLE

    @property
    def destination(self) -> str:
        if self.sent and not self.is_open:
            return CLOSED
        return self.sent.destination_name if self.sent else ""

    @property
    def status(self) -> str:
        return self.delivery.get_status_display() if self.delivery else ""

    @cached_property
    def progress(self) -> Progress | None:
        """Rows done out of all rows, while that is known and changing."""
        if self.delivery is None or self.delivery.is_finished:
            return None
        return rows_done(self.delivery)

    @property
    def counts(self) -> Counts | None:
        """Counts each row of the audience once, as the last attempt left it."""
        return tally(self.attempts[0]) if self.attempts else None

    @property
    def report_url(self) -> str:
        """The report of the last attempt."""
        return _report(self.delivery) if self.delivery else ""

    @property
    def reports(self) -> list[tuple[str, str]]:
        """The label and address of each attempt's report."""
        names = ("Report", *("Retry" for _ in self.attempts[1:]))
        return [(name, _report(attempt)) for name, attempt in zip(names, self.attempts, strict=False)]


@dataclass(frozen=True)
class PartReport:
    """The rows of one sub-audience."""

    name: str
    rows: list[ReportRow]

    @property
    def customers(self) -> int:
        return sum({row.group.pk: row.group.customers for row in self.rows}.values())


@dataclass(frozen=True)
class RunReport:
    """A run, read with `CampaignRun.objects.whole()`. `visible` are the deliveries that the reader may see.

    None is all. The figures cover only those.
    """

    run: CampaignRun
    visible: Collection[int] | None = None

    @cached_property
    def parts(self) -> list[PartReport]:
        """In the order in which customers are assigned."""
        parts: dict[tuple[int, str], list[ReportRow]] = {}
        for row in self.rows:
            parts.setdefault((row.group.part, row.group.sub_audience_name), []).append(row)
        return [PartReport(name, rows) for (_, name), rows in parts.items()]

    @cached_property
    def rows(self) -> list[ReportRow]:
        return [row for group in self.run.groups.all() for row in self._rows_of(group)]

    def _rows_of(self, group: RunGroup) -> list[ReportRow]:
        sent = [ReportRow(group, each, self._is_open(each)) for each in group.run_deliveries.all()]
        return sent or [ReportRow(group, None)]

    def _is_open(self, sent: RunDelivery) -> bool:
        return self.visible is None or sent.delivery_id in self.visible

    @cached_property
    def undelivered(self) -> list[tuple[str, int]]:
        """Why rows did not arrive, in words, and how many."""
        figures = {
            "Not in HubSpot": sum(counts.not_found for counts in self.counts),
            "Invalid": sum(counts.invalid for counts in self.counts),
            "Duplicates": sum(counts.duplicate for counts in self.counts),
            "Failed": sum(counts.failed for counts in self.counts),
            "Not sent": sum(counts.not_sent for counts in self.counts),
        }
        return [(words, figure) for words, figure in figures.items() if figure]

    @property
    def waits_for_somebody(self) -> list[ReportRow]:
        """Rows whose delivery is held for a person's approval."""
        return [row for row in self.rows if row.delivery and row.delivery.status == Delivery.Status.HELD]

    @property
    def has_closed_rows(self) -> bool:
        """Whether the figures leave out something that this reader may not know."""
        return any(not row.is_open for row in self.rows)

    @property
    def moves(self) -> bool:
        """Whether it may still change: a paused run no longer does once all its deliveries have stopped."""
        if self.run.state != RunState.PAUSED:
            return not self.run.has_ended
        return any(row.sent is not None and not row.sent.delivery.is_finished for row in self.rows)

    @property
    def treated(self) -> int | None:
        """Customers who are not controls; None while they are not known."""
        if self.run.audience_count is None:
            return None
        return self.run.audience_count - (self.run.control_count or 0)

    @cached_property
    def counts(self) -> list[Counts]:
        """The counts of those visible deliveries that have counted."""
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
        """“2,124 delivered, 563 not in HubSpot, 106 invalid”; empty before any delivery has counted."""
        figures = [("Delivered", self.delivered or 0), *self.undelivered]
        said = [f"{formats.number(figure)} {words[0].lower()}{words[1:]}" for words, figure in figures if figure]
        return ", ".join(said)


def _report(delivery: Delivery) -> str:
    return reverse("delivery", args=[delivery.pk])


def visible_deliveries(run: CampaignRun, access: Access) -> set[int]:
    """Ids of the run's deliveries that the person may look at."""
    mine = {sent.delivery_id for group in run.groups.all() for sent in group.run_deliveries.all()}
    return set(Delivery.objects.visible_to(access).filter(pk__in=mine).values_list("pk", flat=True))


def audience_over_time(runs: Sequence[CampaignRun]) -> SafeString | None:
    """A chart of the customers of these runs, given latest first; None for a single one."""
    reached = list(reversed(runs))
    if len(reached) < 2:  # noqa: PLR2004  one point is no line
        return None
    return charts.line(
        [formats.moment(run.started_at) for run in reached],
        [
            charts.Series("In treatments", [RunReport(run).treated for run in reached]),
            charts.Series("Control", [run.control_count for run in reached], "c3"),
        ],
        label="Customers of each run",
        area=True,
    )
