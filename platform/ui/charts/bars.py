from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from ui import formats
from ui.charts.scale import Scale, fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.utils.safestring import SafeString

    from ui.formats import Number


@dataclass(frozen=True)
class Bar:
    label: str
    value: Number
    note: str = ""
    css: str = "c1"
    url: str = ""


def bars(items: Sequence[Bar], *, label: str, write: Callable[[Number], str] = formats.number) -> SafeString:
    """Horizontal bars with names and figures, the greatest value at full length; negative ones to the left."""
    scale = Scale.around(item.value for item in items)
    zero = scale.place(0)
    rows = [
        {
            "item": item,
            "value": write(item.value),
            "x": fixed(min(zero, scale.place(item.value))),
            "width": fixed(abs(scale.place(item.value) - zero)),
        }
        for item in items
    ]
    return render_to_string("ui/charts/bars.html", {"rows": rows, "label": label})
