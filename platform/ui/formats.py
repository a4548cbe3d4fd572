"""How Muster writes numbers and times: the same everywhere, in the tenant's time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TypeAlias

from django.utils import timezone

from runtime import clock

Number: TypeAlias = int | float | Decimal

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
DASH = "\N{EM DASH}"

_WIDE = Context(prec=400)
"""The most digits that a column's numbers may have before the decimal point."""

UNITS: tuple[tuple[int, str], ...] = ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k"))


def number(value: Number | None, digits: int = 0) -> str:
    """1234567 as "1,234,567"; a real minus sign; a dash for nothing."""
    if value is None:
        return DASH
    rounded = _rounded(value, digits)
    return f"{rounded:,.{digits}f}".replace("-", MINUS)


def short_number(value: Number | None) -> str:
    """A number for an axis or a narrow place: 1,250,000 as "1.25 m"."""
    if value is None:
        return DASH
    exact = Decimal(str(value))
    for size, unit in UNITS:
        if abs(exact) >= size:
            scaled = _rounded(exact / size, 2).normalize()
            return f"{scaled:f}{SPACE}{unit}".replace("-", MINUS)
    return number(value, 0 if value == int(value) else 2)


def percent(share: Number | None, digits: int = 1) -> str:
    """0.142 as "14.2 %". A share that is not exactly 0 or 1 never rounds to "0 %" or "100 %"."""
    if share is None:
        return DASH
    points = _rounded(Decimal(str(share)) * 100, digits)
    least = Decimal(1).scaleb(-digits)
    if 0 < share < 1 and points in {Decimal(0), Decimal(100)}:
        return f"< {least}{SPACE}%" if points == 0 else f"> {100 - least}{SPACE}%"
    text = f"{points:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}{SPACE}%".replace("-", MINUS)


def _rounded(value: Number, digits: int) -> Decimal:
    exact = Decimal(str(value))
    if not exact.is_finite():
        return exact
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=_WIDE) + 0


def moment(when: datetime) -> str:
    """A date and time in the active zone: "24 Nov 2026, 09:00"."""
    local = timezone.localtime(when)
    return f"{local.day} {local:%b %Y, %H:%M}"


def age(when: datetime) -> str:
    """The time data dates from: "06:00" today, "yesterday, 06:00", before that the date and time."""
    local = timezone.localtime(when)
    days = (timezone.localtime(clock.now()).date() - local.date()).days
    if days in {0, 1}:
        return f"{local:%H:%M}" if days == 0 else f"yesterday, {local:%H:%M}"
    return moment(when)


def ago(when: datetime) -> str:
    """How long since, or until: "4 s ago", "in 3 h"; past a week the date."""
    since = clock.now() - when
    if abs(since) >= timedelta(days=7):
        local = timezone.localtime(when)
        return f"{local.day} {local:%b %Y}"
    span = duration(abs(since), parts=1)
    if abs(since) < timedelta(seconds=1):
        return "just now"
    return f"{span} ago" if since > timedelta(0) else f"in {span}"


def duration(span: timedelta | float | None, parts: int = 2) -> str:
    """A length of time in its largest units: "1.8 s", "4 min 31 s", "2 h 5 min"; a float counts seconds."""
    if span is None:
        return DASH
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    if seconds < 10 and parts > 1:  # noqa: PLR2004  below ten seconds the tenths matter
        return f"{_rounded(seconds, 1).normalize():f}{SPACE}s"
    words: list[str] = []
    rest = int(seconds)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, rest = divmod(rest, size)
        if count or (unit == "s" and not words):
            words.append(f"{count}{SPACE}{unit}")
    return " ".join(words[:parts])
