from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from ui import charts
from ui.charts.proportion import visible_widths
from ui.charts.scale import Scale

if TYPE_CHECKING:
    from collections.abc import Callable

HUGE = 10**15


def widths(markup: str, css: str) -> list[float]:
    found = re.findall(rf'<rect class="{css}[^"]*"[^>]*width="([\d.]+)%', markup)
    return [float(width) for width in found]


def parsed(markup: str) -> ET.Element:
    """The chart as a tree: fails when the markup is not well-formed."""
    return ET.fromstring(markup.replace("&nbsp;", " "))  # noqa: S314  our own markup


def draw_bars(values: list[int]) -> str:
    return charts.bars([charts.Bar(f"b{place}", value) for place, value in enumerate(values)], label="x")


def draw_proportion(values: list[int]) -> str:
    return charts.proportion(
        [charts.Part(f"p{place}", value, "c1") for place, value in enumerate(values)], label="x"
    )


def draw_funnel(values: list[int]) -> str:
    return charts.funnel([charts.Stage(f"s{place}", value) for place, value in enumerate(values)], label="x")


def draw_histogram(values: list[int]) -> str:
    return charts.histogram([charts.Bin(place, place + 1, value) for place, value in enumerate(values)], label="x")


def draw_line(values: list[int]) -> str:
    moments = [str(place) for place, _ in enumerate(values)]
    return charts.line(moments, [charts.Series("s", values)], label="x", area=True)


def draw_sparkline(values: list[int]) -> str:
    return charts.sparkline(values, label="x")


def draw_intervals(values: list[int]) -> str:
    return charts.intervals(
        [charts.Estimate(f"e{place}", value, value - 1, value + 1) for place, value in enumerate(values)],
        label="x",
    )


def draw_flow(values: list[int]) -> str:
    branches = [
        charts.Branch(f"b{place}", value, (charts.Group("g", value),)) for place, value in enumerate(values)
    ]
    return charts.flow(branches, total=sum(values), label="x")


OF_MEASURES = [draw_bars, draw_line, draw_sparkline, draw_intervals]
OF_PARTS = [draw_proportion, draw_funnel, draw_histogram, draw_flow]


@pytest.mark.parametrize("draw", [*OF_MEASURES, *OF_PARTS])
@pytest.mark.parametrize(
    "values",
    [[], [0], [7], [0, 0, 0], [1, HUGE], list(range(300))],
    ids=["empty", "zero", "one", "zeros", "huge", "many"],
)
def test_every_chart_stands_any_data(draw: Callable[[list[int]], str], values: list[int]) -> None:
    markup = draw(values)
    parsed(markup)
    assert "nan" not in markup.lower()
    assert "style=" not in markup
    assert "e+" not in re.sub(r"<title>.*?</title>", "", markup)


@pytest.mark.parametrize("draw", OF_MEASURES)
def test_charts_of_measures_go_below_zero(draw: Callable[[list[int]], str]) -> None:
    parsed(draw([-5, 3]))


@pytest.mark.parametrize("draw", OF_PARTS)
def test_charts_of_parts_refuse_less_than_nothing(draw: Callable[[list[int]], str]) -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        draw([5, -1])


def test_names_are_escaped() -> None:
    markup = charts.bars([charts.Bar("<script>", 1, note="<i>")], label='"')
    assert "<script>" not in markup
    assert "<i>" not in markup


def test_bars_are_as_long_as_their_values() -> None:
    markup = charts.bars([charts.Bar("a", 200), charts.Bar("b", 50), charts.Bar("c", 0)], label="x")
    assert widths(markup, "c1") == [100, 25, 0]


def test_a_bar_below_zero_ends_where_the_others_begin() -> None:
    markup = charts.bars([charts.Bar("up", 30), charts.Bar("down", -10, css="c4")], label="x")
    assert 'class="c1" x="25%" width="75%"' in markup
    assert 'class="c4" x="0%" width="25%"' in markup


def test_the_parts_of_a_whole_fill_it_and_none_vanishes() -> None:
    shares = visible_widths([1, 1_000_000, 0])
    assert sum(shares) == pytest.approx(100)
    assert shares[0] > 0.4
    assert shares[2] == 0


def test_a_line_breaks_where_a_value_is_missing() -> None:
    markup = charts.line(["a", "b", "c", "d"], [charts.Series("s", [1, 2, None, 4])], label="x")
    assert markup.count("<polyline") == 2


def test_a_series_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        charts.line(["a", "b"], [charts.Series("s", [1])], label="x")


def test_a_line_chart_can_be_read_as_a_table() -> None:
    markup = charts.line(["3 Nov", "10 Nov"], [charts.Series("Sent", [10, 20])], label="x")
    cells = [cell.text for cell in parsed(markup).iter("td") if cell.text]
    assert cells == ["10", "20"]


def test_an_axis_has_round_numbers_and_holds_every_value() -> None:
    scale, ticks = Scale.around([3, 187]).nice()
    assert ticks == [0, 50, 100, 150, 200]
    assert (scale.low, scale.high) == (0, 200)


def control(value: int) -> charts.Group:
    return charts.Group("Control", value, is_control=True)


BRANCHES = [
    charts.Branch("VIP", 30, (charts.Group("A", 20), charts.Group("B", 7), control(3))),
    charts.Branch("Rest", 70, (charts.Group("C", 63), control(7))),
]


def test_treatments_differ_in_colour_and_controls_are_neutral() -> None:
    assert charts.colours(BRANCHES) == [["c1", "c2", "c0"], ["c3", "c0"]]


def test_a_flow_draws_a_ribbon_to_each_branch_and_each_group() -> None:
    assert charts.flow(BRANCHES, total=100, label="x").count('ribbon" d=') == 2 + 5


def test_steps_begin_where_the_one_before_ended() -> None:
    markup = charts.flow(BRANCHES, total=100, label="x")
    parts = re.findall(r'<rect class="c\d" x="([\d.]+)%" width="([\d.]+)%"', markup)
    assert parts == [("0", "20"), ("20", "7"), ("27", "3"), ("30", "63"), ("93", "7")]


def test_overlapping_sub_audiences_all_begin_at_the_start() -> None:
    overlapping = [
        charts.Branch("a", 80, (charts.Group("A", 80),)),
        charts.Branch("b", 60, (charts.Group("B", 60),)),
    ]
    markup = charts.flow(overlapping, total=100, label="x")
    assert re.findall(r'<rect class="c\d" x="([\d.]+)%"', markup) == ["0", "0"]


def test_sixty_sub_audiences_are_shown_as_steps_only() -> None:
    many = [charts.Branch(f"Region {place}", 10, (charts.Group("A", 9), control(1))) for place in range(60)]
    markup = charts.flow(many, total=600, label="x")
    assert "ribbons" not in markup
    assert len(parsed(markup).findall(".//ol/li")) == 60
    assert "48 more sub-audiences" in markup
