"""Breakdowns as charts, with the texts beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segments.insights.breakdowns import Categories, Distribution
from ui import formats
from ui.charts import Bar, Bin, bars, histogram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.utils.safestring import SafeString

    from segments.insights.breakdowns import Breakdown, Breakdowns

BOOLEANS = {"true": "Yes", "false": "No"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of one attribute; `note` says what it leaves out."""

    attribute: str
    chart: SafeString
    note: str = ""


def pictures(found: Breakdowns) -> list[Picture]:
    return [_picture(part, found.customers) for part in found.parts]


def _picture(part: Breakdown, customers: int) -> Picture:
    label = f"Customers by {part.attribute}"
    match part:
        case Categories():
            return Picture(part.attribute, bars(list(_bars(part, customers)), label=label))
        case Distribution():
            return Picture(part.attribute, _histogram(part, label), _without_value(part.empty, customers))


def _bars(part: Categories, customers: int) -> Iterator[Bar]:
    for value, count in part.shares:
        yield Bar(BOOLEANS.get(value, value), count, _share(count, customers))
    if part.others:
        yield Bar(
            f"{formats.number(part.other_values)} more", part.others, _share(part.others, customers), css="c0"
        )
    if part.empty:
        yield Bar("Empty", part.empty, _share(part.empty, customers), css="c0")


def _share(count: int, customers: int) -> str:
    return formats.percent(count / customers)


def _histogram(part: Distribution, label: str) -> SafeString:
    if part.grid is None:
        return histogram([], label=label)
    bins = [Bin(*part.grid.ends(place), count) for place, count in enumerate(part.counts)]
    return histogram(bins, label=label, write=part.grid.write)


def _without_value(empty: int, customers: int) -> str:
    return f"Empty for {formats.number(empty)} ({_share(empty, customers)})" if empty else ""
