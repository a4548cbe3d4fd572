"""The state of a run, read from its deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from destinations.delivery.advice import told
from destinations.delivery.models import Delivery
from destinations.delivery.outcomes import Counts
from destinations.delivery.progress import rows_done, undelivered
from notifications.services import Progress
from runtime import clock

if TYPE_CHECKING:
    from datetime import timedelta

    from accounts.access import Access
    from destinations.orchestrations.models import OrchestrationRun, RunObject

Status = Delivery.Status
# One status for several deliveries: of those under way the busiest, of those that ended the worst.
UNDER_WAY = (Status.SENDING, Status.PREPARING, Status.STOPPING, Status.HELD, Status.WAITING)
PLANNED = ("audience", "adds", "updates", "removes")
ENDED = (Status.FAILED, Status.STOPPED, Status.COMPLETED_WITH_ERRORS, Status.COMPLETED)


@dataclass(frozen=True)
class RunReport:
    """A run as one person may see it. Load it with `OrchestrationRun.objects.whole()` to save queries."""

    run: OrchestrationRun
    access: Access

    @cached_property
    def deliveries(self) -> list[Delivery]:
        return [each.delivery for each in self.sent]

    @property
    def sent(self) -> list[RunObject]:
        """Its objects that have a delivery."""
        return [each for each in self.run.run_objects.all() if each.delivery]

    @cached_property
    def status(self) -> str:
        """The text of the Status column."""
        return str(self.state.label)

    @cached_property
    def state(self) -> Delivery.Status:
        if self.run.refused:
            return Status(self.run.refused)
        if self.run.begun_at is None:
            return Status.WAITING
        if not self.deliveries:
            return Status.HELD
        states = {Status(delivery.status) for delivery in self.deliveries}
        if any(each.problem for each in self.run.run_objects.all()):
            states |= {Status.COMPLETED_WITH_ERRORS}
        return next(state for state in (*UNDER_WAY, *ENDED) if state in states)

    @cached_property
    def is_withheld(self) -> bool:
        """Whether personal data decides the audience, so that this person may not learn its size."""
        return any(delivery.is_withheld_from(self.access) for delivery in self.deliveries)

    @property
    def is_under_way(self) -> bool:
        """Its status will still change by itself."""
        return not self.run.has_ended and self.state is not Status.HELD

    @cached_property
    def problems(self) -> list[str]:
        """Why something was not sent or waits, and what to do, in sentences."""
        of_objects = [self._named(each, each.problem) for each in self.run.run_objects.all()]
        return [problem for problem in (self.run.problem, *of_objects, *self._of_deliveries) if problem]

    @property
    def _of_deliveries(self) -> list[str]:
        return [
            self._named(each, told(each.delivery, discreet=each.delivery.is_withheld_from(self.access)))
            for each in self.sent
        ]

    def _named(self, sent: RunObject, problem: str) -> str:
        """The problem, naming the object if there are several."""
        is_one_of_many = problem and len(self.run.run_objects.all()) > 1
        return f"{sent.name}: {problem}" if is_one_of_many else problem

    @cached_property
    def counts(self) -> Counts | None:
        """The sum of the counts so far; None before there are any, and when withheld."""
        tallies = [delivery.tally for delivery in self.deliveries if delivery.counts]
        if self.is_withheld or not tallies:
            return None
        names = Counts.__dataclass_fields__
        return Counts(**{name: sum(getattr(tally, name) for tally in tallies) for name in names})

    @property
    def undelivered(self) -> str:
        """What became of rows that did not arrive, in words."""
        return ", ".join(undelivered(self.counts)) if self.counts else ""

    @property
    def added(self) -> int:
        """Customers who are members now and were not before."""
        return self.counts.added + self.counts.created if self.counts else 0

    @cached_property
    def planned(self) -> dict[str, int]:
        """Audience, adds, updates and removes of the plans; empty before there are any, or if withheld."""
        plans = [delivery.planned for delivery in self.deliveries if delivery.planned]
        if self.is_withheld or not plans:
            return {}
        return {name: sum(plan.get(name, 0) for plan in plans) for name in PLANNED}

    @cached_property
    def progress(self) -> Progress | None:
        """Rows done out of those to be sent, while it is sending, for people who may know how many."""
        if self.is_withheld or self.state is not Status.SENDING:
            return None
        found = [rows_done(delivery) for delivery in self.deliveries if delivery.status == Status.SENDING]
        known = [progress for progress in found if progress is not None and progress.total]
        if not known:
            return None
        return Progress(done=sum(each.done for each in known), total=sum(each.total for each in known))

    @property
    def duration(self) -> timedelta:
        return (self.run.ended_at or clock.now()) - self.run.started_at

    @property
    def who(self) -> str:
        """Who or what started it."""
        if self.run.started_by:
            return str(self.run.started_by)
        return str(self.run.get_cause_display())
