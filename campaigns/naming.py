"""How long names may be, and free names of that length for what is created."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_OF_A_NAME = 120
"""Characters of a campaign's name, and of a sub-audience's."""
MOST_OF_A_TREATMENT = 80
SHOWN = 30


def free_name(wanted: str, taken: Collection[str], *, most: int = MOST_OF_A_TREATMENT) -> str:
    """“VIP”, or “VIP 2” when that is taken; one that is too long ends in “…”. `taken` are casefolded."""
    wanted = wanted.lstrip("_ ") or "Treatment"
    return _free(wanted, "", taken, most)


def copy_name(original: str, taken: Collection[str]) -> str:
    """“Autumn copy”, or “Autumn copy 2” when that is taken. `taken` are casefolded."""
    return _free(original, " copy", taken, MOST_OF_A_NAME)


def fitting(name: str, most: int = MOST_OF_A_NAME) -> str:
    """The name, or as much of it as fits, with “…” in the place of the rest."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def too_long(name: str, most: int) -> str:
    """What to tell a person about a name that is too long; empty when it fits."""
    if len(name) <= most:
        return ""
    return (
        f"“{fitting(name, SHOWN)}” has {len(name)} characters and at most {most} fit: "
        f"shorten it by {len(name) - most}."
    )


def _free(name: str, ending: str, taken: Collection[str], most: int) -> str:
    endings = (ending if number == 1 else f"{ending} {number}" for number in count(1))
    names = (f"{fitting(name, most - len(each))}{each}" for each in endings)
    return next(each for each in names if each.casefold() not in taken)
