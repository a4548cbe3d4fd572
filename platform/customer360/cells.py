"""How values of customer data are written on a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from ui import formats

if TYPE_CHECKING:
    from datetime import tzinfo


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as people read it; `text` is None for NULL."""

    text: str | None
    is_number: bool = False

    @classmethod
    def of(cls, value: object) -> Self:
        number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        return cls(written(value), number)


def written(value: object) -> str | None:
    """The value in words and digits, None for NULL. Numbers keep all their digits: a key may be one."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            return formats.moment(value) if value.tzinfo else value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return str(value)


def in_a_file(value: object, zone: tzinfo) -> str:
    """The value as a file has it: nothing for NULL, moments in this zone with their distance from UTC."""
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).isoformat()
    return written(value) or ""


def end_of_range(value: object) -> str | None:
    """As `written`, a time by its day alone."""
    return written(value.date() if isinstance(value, datetime) else value)
