from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from ui import formats
from ui.charts.scale import Scale, fixed, refuse_negative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Stage:
    """How many remain at this stage; `lost` says in words what became of those who left before it."""

    label: str
    value: int
    lost: str = ""
    css: str = "c1"


def funnel(stages: Sequence[Stage], *, label: str) -> SafeString:
    """From many to few: a column per stage, as high as what remains. Raises ValueError for a negative stage."""
    refuse_negative(stage.value for stage in stages)
    first = stages[0].value if stages else 0
    scale = Scale.around(stage.value for stage in stages)
    heights = [scale.place(stage.value) for stage in stages]
    columns = [
        {
            "stage": stage,
            "share": formats.percent(stage.value / first) if first else formats.DASH,
            "points": _slope(height, following),
        }
        for stage, (height, following) in zip(stages, pairwise([*heights, *heights[-1:]]), strict=True)
    ]
    return render_to_string("ui/charts/funnel.html", {"columns": columns, "label": label})


def _slope(height: float, following: float) -> str:
    """A column that keeps its height for most of its width, then slopes to the next one's; middle line at 50."""
    corners = [(0, height), (62, height), (100, following)]
    upper = [f"{x},{fixed(50 - h / 2)}" for x, h in corners]
    lower = [f"{x},{fixed(50 + h / 2)}" for x, h in reversed(corners)]
    return " ".join(upper + lower)
