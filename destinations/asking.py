"""How the operators' forms ask for a setting, declared next to the setting itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`Annotated[int, Asked(label="Calls a day")]` in a settings model becomes a field of the form.

    `choices` labels an enumeration's values; `least` and `most` bound a number; `section` is the field's heading.
    """

    label: str
    help: str = ""
    section: str = "Settings"
    choices: Mapping[str, str] = field(default_factory=dict)
    least: int = 0
    most: int = 100_000_000
