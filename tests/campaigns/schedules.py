from __future__ import annotations

from datetime import date, time

from destinations.schedules.recurrence import Kind, Schedule

ZONE = "Europe/Berlin"
DAILY = Schedule(kind=Kind.DAILY, zone=ZONE, starts_on=date(2020, 1, 1), at=time(2, 30))
"""At a time that the clocks skip in spring and pass twice in autumn."""
