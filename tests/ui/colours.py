"""Reads the colour tokens and measures contrast as WCAG 2 does, from oklch through linear sRGB."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import NamedTuple

TOKENS = Path(__file__).parents[2] / "platform" / "ui" / "static" / "ui" / "css" / "tokens.css"

PAIR = re.compile(
    r"--(?P<name>[a-z0-9-]+): light-dark\((?P<light>#fff|oklch\([^)]*\)), (?P<dark>oklch\([^)]*\))\);"
)


class Linear(NamedTuple):
    red: float
    green: float
    blue: float

    @property
    def luminance(self) -> float:
        return 0.2126 * self.red + 0.7152 * self.green + 0.0722 * self.blue


def tokens(theme: str) -> dict[str, str]:
    return {pair["name"]: pair[theme] for pair in PAIR.finditer(TOKENS.read_text(encoding="utf-8"))}


def linear(colour: str) -> Linear:
    if colour == "#fff":
        return Linear(1, 1, 1)
    lightness, chroma, hue = (float(part) for part in colour.removeprefix("oklch(").removesuffix(")").split()[:3])
    return from_oklab(lightness, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue)))


def from_oklab(lightness: float, a: float, b: float) -> Linear:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return Linear(*(min(1.0, max(0.0, channel)) for channel in channels))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((linear(one).luminance, linear(other).luminance), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
