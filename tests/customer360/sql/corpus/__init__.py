"""Queries with what is expected of them, in files that read like a table."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

MARK = "--> "


def entries(name: str) -> list[tuple[str, str]]:
    """Each query of a file with the expectation in its last line; lines that begin with # are headings."""
    lines = (Path(__file__).parent / f"{name}.sql").read_text().split("\n")
    kept = [line for line in lines if not line.startswith("#")]
    blocks = [list(block) for filled, block in groupby(kept, key=bool) if filled]
    return [("\n".join(block[:-1]), block[-1].removeprefix(MARK)) for block in blocks]
