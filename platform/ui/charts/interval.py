from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from ui import formats
from ui.charts.scale import Scale, anchor, fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.utils.safestring import SafeString

    from ui.formats import Number


@dataclass(frozen=True)
class Estimate:
    """What was measured, and the bounds between which the true value may lie."""

    label: str
    value: Number
    low: Number
    high: Number
    css: str = "c1"


def intervals(
    estimates: Sequence[Estimate], *, label: str, write: Callable[[Number | None], str] = formats.number
) -> SafeString:
    """A dot with its interval per row, on one scale with zero marked, to see which intervals cross it."""
    bounds = [bound for each in estimates for bound in (each.low, each.high, each.value)]
    scale, ticks = Scale.around(bounds).nice()
    rows = [
        {
            "estimate": each,
            "x": fixed(scale.place(each.value)),
            "low": fixed(scale.place(each.low)),
            "high": fixed(scale.place(each.high)),
            "text": write(each.value),
            "range": f"{write(each.low)} to {write(each.high)}",
        }
        for each in estimates
    ]
    lines = [_rule(fixed(scale.place(tick)), tick, write(tick)) for tick in ticks]
    return render_to_string("ui/charts/intervals.html", {"rows": rows, "lines": lines, "label": label})


def _rule(x: str, tick: float, text: str) -> dict[str, object]:
    return {"x": x, "text": text, "anchor": anchor(x), "zero": tick == 0}
