from __future__ import annotations

LONGEST = 18
"""More digits than HubSpot's ids have, but few enough for a 64-bit number."""


def number_of(key: str) -> int:
    """The id as a number; 0, which is never an id, for any other text."""
    return int(key) if key.isascii() and key.isdecimal() and len(key) <= LONGEST else 0
