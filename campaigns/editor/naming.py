from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from campaigns.editor.content import Content

MOST = 80


def treatment_names(content: Content) -> set[str]:
    """Those that are taken, whatever their case: treatment names differ within a campaign."""
    return {group.name.casefold() for group in content.groups if not group.is_control}


def free_name(wanted: str, taken: Collection[str]) -> str:
    """“VIP”, or “VIP 2” when that is taken."""
    wanted = wanted.lstrip("_ ")[: MOST - 4] or "Treatment"
    names = (wanted if number == 1 else f"{wanted} {number}" for number in count(1))
    return next(name for name in names if name.casefold() not in taken)
