"""The one clock for schedules and dates, which tests can move in every process at once."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.files import write_private

if TYPE_CHECKING:
    from datetime import date, tzinfo

VARIABLE = "MUSTER_CLOCK_FILE"


def now() -> datetime:
    """The time in UTC: the system's, or the one given by the file that MUSTER_CLOCK_FILE names.

    The file is read at each call, so that all processes of an installation move together.
    """
    real = datetime.now(UTC)
    path = os.environ.get(VARIABLE)
    if not path:
        return real
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    anchor = datetime.fromisoformat(told["anchor"])
    offset, rate = timedelta(seconds=told["offset"]), float(told["rate"])
    return anchor + offset + (real - anchor) * rate


def today(zone: tzinfo) -> date:
    """The date in `zone` at this moment."""
    return now().astimezone(zone).date()


def set_clock(path: Path, *, offset: timedelta = timedelta(), rate: float = 1.0) -> None:
    """All processes that read `path` run `offset` away from the real time, `rate` times as fast from now on.

    A rate of 0 stops the clock.
    """
    told = {"anchor": datetime.now(UTC).isoformat(), "offset": offset.total_seconds(), "rate": rate}
    write_private(path, json.dumps(told))
