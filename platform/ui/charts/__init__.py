"""Charts as markup from the server: SVG that grows with its place, text that a screen reader can read.

Widths are percentages and ribbons are drawn in stretched inner SVGs, so that text keeps its size on any screen.
Colours are the classes of `chart.css`: c0 (neutral) to c6, good, warn, bad.
"""

from __future__ import annotations

from ui.charts.bars import Bar, bars
from ui.charts.flow import Branch, Group, colours, flow
from ui.charts.funnel import Stage, funnel
from ui.charts.histogram import Bin, histogram
from ui.charts.interval import Estimate, intervals
from ui.charts.line import Limit, Series, line, sparkline
from ui.charts.proportion import Part, proportion

__all__ = [
    "Bar",
    "Bin",
    "Branch",
    "Estimate",
    "Group",
    "Limit",
    "Part",
    "Series",
    "Stage",
    "bars",
    "colours",
    "flow",
    "funnel",
    "histogram",
    "intervals",
    "line",
    "proportion",
    "sparkline",
]
