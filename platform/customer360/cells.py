"""How values of customer data are shown on a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Self

import pyarrow as pa

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
    """The value as text, None for NULL. Numbers keep all their digits, because a key may be one."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            return _moment(value)
        case date():
            return value.isoformat()
        case Decimal():
            text = f"{value:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case _:
            return str(value)


def in_a_file(value: object, zone: tzinfo) -> str:
    """The value as written to a file: empty for NULL, moments in this zone with their UTC offset."""
    if isinstance(value, datetime):
        return _in_zone(value, zone).isoformat()
    return written(value) or ""


def _moment(value: datetime) -> str:
    """A time in the active zone; unconverted if the zone would move it outside the calendar."""
    if value.tzinfo:
        try:
            return formats.moment(value)
        except OverflowError:
            pass
    return value.isoformat(" ", "seconds")


def _in_zone(value: datetime, zone: tzinfo) -> datetime:
    try:
        return value.astimezone(zone) if value.tzinfo else value
    except OverflowError:
        return value


def values_of(column: pa.Array) -> list[object]:
    """The values of a file's column; dates and times outside Python's range as text."""
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return [_held(value) for value in column]


def _held(value: pa.Scalar) -> object:
    try:
        return value.as_py()
    except (OverflowError, ValueError):
        return value.cast(pa.string()).as_py()


def end_of_range(value: object) -> str | None:
    """Like `written`, but a time as its day only."""
    return written(value.date() if isinstance(value, datetime) else value)
