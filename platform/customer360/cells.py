"""How values of customer data are written on a page."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from ui import formats


def written(value: object) -> str | None:
    """The value as people read it, None for NULL. Numbers keep all their digits: a key may be one."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            return formats.moment(value)
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return str(value)
