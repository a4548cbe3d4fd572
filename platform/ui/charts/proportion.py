from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from ui import formats
from ui.charts.scale import fixed, refuse_negative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

# A non-zero part stays visible: at least this share of the width, in percent.
LEAST_WIDTH = 0.5


@dataclass(frozen=True)
class Part:
    label: str
    value: int
    css: str
    url: str = ""


def proportion(parts: Sequence[Part], *, label: str, legend: bool = True) -> SafeString:
    """One bar divided into the parts of a whole, with a legend that names figures and shares.

    Raises ValueError for a negative part.
    """
    refuse_negative(part.value for part in parts)
    total = sum(part.value for part in parts)
    widths = visible_widths([part.value for part in parts])
    rows, x = [], 0.0
    for part, width in zip(parts, widths, strict=True):
        share = formats.percent(part.value / total) if total else formats.DASH
        rows.append({"part": part, "x": fixed(x), "width": fixed(width), "share": share})
        x += width
    return render_to_string("ui/charts/proportion.html", {"rows": rows, "label": label, "legend": legend})


def visible_widths(values: Sequence[int]) -> list[float]:
    """Widths in percent that sum to 100, or all zero for nothing; no part that has a value vanishes."""
    total = sum(values)
    raw = [max(100 * value / total, LEAST_WIDTH) if value else 0.0 for value in values]
    whole = sum(raw)
    return [100 * width / whole if whole else 0.0 for width in raw]
