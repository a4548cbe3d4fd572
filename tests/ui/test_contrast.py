from __future__ import annotations

import pytest

from tests.ui.colours import contrast, tokens

GROUNDS = ("bg", "sunken", "surface", "raised")
TONES = ("accent", "good", "warn", "bad")

TEXT_PAIRS = [
    *((text, ground) for text in ("text", "muted", *TONES) for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in TONES),
    *(("text", f"{tone}-soft") for tone in TONES),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-bad", "bad"),
    ("on-bad", "bad-strong"),
    ("bg", "text"),
]
# What is not text but must be seen: edges of controls, and the shapes of charts.
SHAPE_PAIRS = [("line-control", "surface"), *((f"c{place}", "surface") for place in range(1, 7))]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_read_at_four_and_a_half_to_one(theme: str, text: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_controls_and_charts_are_seen_at_three_to_one(theme: str, shape: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[shape], colours[ground]) >= 3


def test_black_on_white_measures_twenty_one() -> None:
    assert contrast("#fff", "oklch(0 0 0)") == pytest.approx(21)
