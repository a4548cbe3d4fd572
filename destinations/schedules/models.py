from __future__ import annotations

from django.db import models

from destinations.delivery.fields import ValueField
from destinations.schedules.recurrence import Schedule
from destinations.schedules.words import after_an_outage
from runtime import clock
from tenants.models import TenantModel
from ui import formats


class Scheduled(models.Model):
    """A row with its own schedule: it holds the next time, which is empty while there is none.

    `FindDue` in its migration lets beat find what is due; `dispatch.schedules` starts it.
    """

    schedule = ValueField(Schedule, null=True, blank=True)
    next_run_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)

    class Meta:
        abstract = True

    @property
    def catch_up_words(self) -> str:
        """What becomes of missed times; empty without a schedule."""
        planned: Schedule | None = self.schedule
        return after_an_outage(planned) if planned else formats.DASH

    def plan_next(self, *, active: bool = True) -> None:
        """Sets the next time from now, without saving; None when not active or when the schedule has ended."""
        planned: Schedule | None = self.schedule
        self.next_run_at = planned.next_after(clock.now()) if active and planned else None


class Occurrence(TenantModel):
    """A due time of a schedule, recorded once: the same time never starts anything again."""

    kind = models.CharField(max_length=40)
    owner_id = models.BigIntegerField()
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(default=clock.now)
    started = models.BooleanField()
    passed_over = models.PositiveIntegerField(
        default=0, help_text="Earlier times that went by while nothing could be started."
    )

    class Meta:
        ordering = ["-due_at"]
        constraints = [
            models.UniqueConstraint("tenant", "kind", "owner_id", "due_at", name="a_time_comes_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner_id} at {self.due_at:%Y-%m-%d %H:%M}"
