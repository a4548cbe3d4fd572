from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from ui import formats
from ui.charts.scale import Scale, every_nth, fixed, refuse_negative

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.utils.safestring import SafeString

    from ui.formats import Number

MOST_LABELS = 8


@dataclass(frozen=True)
class Bin:
    """How many values lie from `low` up to `high`; an open end is None."""

    low: Number | None
    high: Number | None
    count: int


def histogram(
    bins: Sequence[Bin], *, label: str, write: Callable[[Number | None], str] = formats.short_number
) -> SafeString:
    """Upright bars over an axis that names where each begins. Raises ValueError for a negative count."""
    refuse_negative(item.count for item in bins)
    scale, ticks = Scale.around(item.count for item in bins).nice(count=3)
    step = every_nth(len(bins), MOST_LABELS)
    width = 100 / len(bins) if bins else 0
    columns = [
        {
            "x": fixed(index * width),
            "y": fixed(100 - scale.place(item.count)),
            "width": fixed(width),
            "height": fixed(scale.place(item.count)),
            "range": _range(item, write),
            "count": formats.number(item.count),
            "minor": index % (2 * step) != 0,
            "tick": write(item.low) if index % step == 0 and item.low is not None else "",
        }
        for index, item in enumerate(bins)
    ]
    lines = [{"y": fixed(100 - scale.place(tick)), "text": formats.short_number(tick)} for tick in ticks]
    return render_to_string("ui/charts/histogram.html", {"columns": columns, "lines": lines, "label": label})


def _range(item: Bin, write: Callable[[Number | None], str]) -> str:
    if item.low is None:
        return f"below {write(item.high)}"
    if item.high is None:
        return f"{write(item.low)} and more"
    return f"{write(item.low)} to {write(item.high)}"
