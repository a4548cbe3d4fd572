from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from destinations.schedules.words import in_words
from runtime import clock

if TYPE_CHECKING:
    from datetime import datetime

    from destinations.schedules.recurrence import Schedule

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """A schedule as shown to people: in words, with its next five times."""

    schedule: Schedule

    @property
    def words(self) -> str:
        return in_words(self.schedule)

    @property
    def times(self) -> list[tuple[datetime, datetime]]:
        """Each in the schedule's zone and in UTC."""
        times = self.schedule.next_times(after=clock.now(), count=SHOWN)
        return [(moment.astimezone(self.schedule.time_zone), moment) for moment in times]
