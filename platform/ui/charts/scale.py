"""The arithmetic that all charts share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ui.formats import Number

NICE_STEPS = (1, 2, 2.5, 5, 10)


def fixed(value: float) -> str:
    """A coordinate: two decimals at most, in a form valid in SVG whatever the page's language."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def refuse_negative(values: Iterable[Number]) -> None:
    """Raises ValueError: a part of a whole cannot be less than nothing."""
    if any(value < 0 for value in values):
        message = "A part of a whole cannot be negative."
        raise ValueError(message)


@dataclass(frozen=True)
class Scale:
    """Maps values between `low` and `high` to 0…100; if all values are equal, to 0."""

    low: float
    high: float

    @classmethod
    def around(cls, values: Iterable[Number]) -> Scale:
        """From the least to the greatest of the values, always including zero."""
        known = [float(value) for value in values]
        return cls(min(known, default=0.0) if min(known, default=0) < 0 else 0.0, max([*known, 0.0]))

    def place(self, value: Number) -> float:
        span = self.high - self.low
        return 100 * (float(value) - self.low) / span if span else 0.0

    def nice(self, count: int = 4) -> tuple[Scale, list[float]]:
        """The scale widened to round numbers, and about `count` of them as ticks for its axis."""
        span = (self.high - self.low) or 1.0
        step = nice_step(span / count)
        first, last = math.floor(self.low / step), math.ceil((self.low + span) / step)
        ticks = [index * step for index in range(first, last + 1)]
        return Scale(ticks[0], ticks[-1]), ticks


def nice_step(rough: float) -> float:
    """The least of 1, 2, 2.5, 5, 10 times a power of ten that is not below `rough`."""
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(step * magnitude for step in NICE_STEPS if step * magnitude >= rough * (1 - 1e-9))


def anchor(x: str) -> str:
    """Which end of a label stands at `x`: labels at the edges stay inside."""
    return {"0": "start", "100": "end"}.get(x, "middle")


def every_nth(count: int, most: int) -> int:
    """The stride that leaves at most `most` of `count` labels."""
    return max(1, math.ceil(count / most))
