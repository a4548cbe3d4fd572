from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SYMBOL = re.compile(r'<symbol id="(?P<name>[a-z-]+)">(?P<drawing>.*?)</symbol>')

# They point along the reading direction, so they are mirrored in right-to-left scripts.
DIRECTIONAL = frozenset(
    {
        "arrow-left",
        "arrow-right",
        "campaign",
        "chevron-left",
        "chevron-right",
        "delivery",
        "destination",
        "external",
        "sign-out",
        "split",
    }
)


@cache
def drawings() -> dict[str, str]:
    """Every icon by name; the drawings are in `icons.svg`, 24 by 24, lines only."""
    source = (Path(__file__).parent / "icons.svg").read_text(encoding="utf-8")
    return {symbol["name"]: symbol["drawing"] for symbol in SYMBOL.finditer(source)}


@lru_cache(maxsize=2000)
def render(name: str, *, label: str = "", css: str = "") -> SafeString:
    """The icon as inline SVG: hidden from screen readers, unless a label says what it means.

    Raises KeyError for a name that `icons.svg` does not have.
    """
    classes = " ".join(filter(None, ["icon", "flip" if name in DIRECTIONAL else "", css]))
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    drawing = mark_safe(drawings()[name])  # noqa: S308  from our own file
    return format_html('<svg class="{}" viewBox="0 0 24 24" {}>{}</svg>', classes, meaning, drawing)
