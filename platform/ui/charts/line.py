from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from django.template.loader import render_to_string

from ui import formats
from ui.charts.scale import Scale, anchor, every_nth, fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.utils.safestring import SafeString

    from ui.formats import Number

Points: TypeAlias = "Sequence[Number | None]"

MOST_LABELS = 6
# Beyond this many points, dots would merge into a second line.
MOST_DOTS = 12


@dataclass(frozen=True)
class Series:
    """One value per moment of the chart, None where there is none: the line breaks there."""

    label: str
    values: Points
    css: str = "c1"


@dataclass(frozen=True)
class Limit:
    label: str
    value: Number


def line(  # noqa: PLR0913  a chart is described by its parts
    moments: Sequence[str],
    series: Sequence[Series],
    *,
    label: str,
    limit: Limit | None = None,
    write: Callable[[Number | None], str] = formats.short_number,
    area: bool = False,
) -> SafeString:
    """Lines over time, with a vertical axis that includes zero and, on demand, a limit they should keep to.

    Raises ValueError when a series has more or fewer values than there are moments.
    """
    known = [value for each in series for value in each.values if value is not None]
    scale, ticks = Scale.around([*known, *([limit.value] if limit else [])]).nice()
    context = {
        "label": label,
        "series": [_drawn(each, scale, area=area) for each in series],
        "lines": [{"y": _y(scale, tick), "text": write(tick)} for tick in ticks],
        "limit": {"y": _y(scale, limit.value), "label": limit.label} if limit else None,
        "zero": _y(scale, 0),
        "moments": _moments(moments, series, scale, write),
        "dots": len(moments) <= MOST_DOTS,
    }
    return render_to_string("ui/charts/line.html", context)


def sparkline(values: Points, *, label: str, css: str = "c1") -> SafeString:
    """A line the size of a word: no axis, only its shape."""
    known = [float(value) for value in values if value is not None]
    scale = Scale(min(known, default=0), max(known, default=0))
    drawn = _drawn(Series("", values, css), scale, area=False)
    return render_to_string("ui/charts/sparkline.html", {"drawn": drawn, "label": label, "css": css})


def _drawn(series: Series, scale: Scale, *, area: bool) -> dict[str, object]:
    runs = _runs(series.values)
    points = [[(_x(i, len(series.values)), _y(scale, value)) for i, value in run] for run in runs]
    return {
        "label": series.label,
        "css": series.css,
        "paths": [" ".join(f"{x},{y}" for x, y in run) for run in points],
        "areas": [_area(run, _y(scale, 0)) for run in points] if area else [],
    }


def _runs(values: Points) -> list[list[tuple[int, Number]]]:
    """The stretches without a gap, each value with its place."""
    runs: list[list[tuple[int, Number]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _area(run: list[tuple[str, str]], zero: str) -> str:
    outline = [(run[0][0], zero), *run, (run[-1][0], zero)]
    return " ".join(f"{x},{y}" for x, y in outline)


def _moments(
    moments: Sequence[str], series: Sequence[Series], scale: Scale, write: Callable[[Number | None], str]
) -> list[dict[str, object]]:
    step = every_nth(len(moments), MOST_LABELS)
    columns = zip(*(each.values for each in series), strict=True) if series else [()] * len(moments)
    width = 100 / max(len(moments), 1)
    return [
        {
            "label": moment,
            "x": _x(index, len(moments)),
            "left": fixed(max(0.0, float(_x(index, len(moments))) - width / 2)),
            "width": fixed(width),
            "anchor": anchor(_x(index, len(moments))),
            "tick": index % step == 0,
            "minor": index % (2 * step) != 0,
            "values": [(each, write(value)) for each, value in zip(series, values, strict=True)],
            "dots": [
                (each.css, _y(scale, value))
                for each, value in zip(series, values, strict=True)
                if value is not None
            ],
        }
        for index, (moment, values) in enumerate(zip(moments, columns, strict=True))
    ]


def _x(index: int, count: int) -> str:
    return fixed(100 * index / (count - 1)) if count > 1 else "50"


def _y(scale: Scale, value: Number) -> str:
    return fixed(100 - scale.place(value))
