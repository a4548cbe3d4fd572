"""Which treatment or control group of a campaign a customer is in.

A keyed hash per customer and campaign gives the customer a position from 0 to `POSITIONS - 1`. Every sub-audience
divides that same range: its control group takes the lower end, its treatments follow in order. So a customer stays
in the same group at every run, however the audience grows or shrinks, and sub-audiences with control groups of the
same share have the same people as controls.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Sequence

POSITIONS = 1_000_000
"""Shares have two decimals of a percent: the smallest is a hundred positions, so that rounding does not show."""
DIGITS, BITS = 15, 60
"""How much of the hash is used."""
BEHIND_ALL = "g"
"""Sorts after every hexadecimal digit."""

WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Share:
    """A group and its share of a sub-audience, in percent."""

    group_id: int
    percent: Decimal
    is_control: bool = False


@dataclass(frozen=True, slots=True)
class Division:
    """How one sub-audience is divided into groups: shares that add up to 100 %, at most one of them control."""

    sub_audience_id: int
    shares: tuple[Share, ...]

    def __post_init__(self) -> None:
        if sum(share.percent for share in self.shares) != WHOLE:
            message = "The shares of a sub-audience add up to 100 %."
            raise ValueError(message)
        if sum(share.is_control for share in self.shares) > 1:
            message = "A sub-audience has at most one control group."
            raise ValueError(message)

    @property
    def control_bound(self) -> int:
        """The first position at which customers are not controls."""
        return sum((_positions(share.percent) for share in self.shares if share.is_control), 0)

    def bounds(self) -> list[tuple[int, int]]:
        """Group ids with the position at which each ends, in ascending order."""
        end, bounds = 0, []
        for share in sorted(self.shares, key=lambda share: not share.is_control):
            end += _positions(share.percent)
            bounds.append((share.group_id, end))
        return bounds


def place(assignment_key: str, customer: exp.Expr) -> exp.Expr:
    """The customer's place in the campaign whose secret is `assignment_key`; `customer` is their key.

    It is the hexadecimal text of the keyed hash: this is compared with bounds, and need not become a number.
    """
    text = exp.cast(customer.copy(), exp.DataType.Type.TEXT)
    keyed = exp.Concat(expressions=[exp.Literal.string(f"{assignment_key}:"), text], safe=False, coalesce=False)
    return exp.MD5(this=keyed)


def position_of(place: str) -> int:
    """The position of a place: the share of the range that lies below it, in `POSITIONS`."""
    return int(place[:DIGITS], 16) * POSITIONS >> BITS


def bound(position: int) -> str:
    """The text that exactly the places of all lower positions sort before."""
    if position == POSITIONS:
        return BEHIND_ALL
    return f"{-(-(position << BITS) // POSITIONS):0{DIGITS}x}"


def below(at: exp.Expr, position: int) -> exp.Expr:
    return exp.LT(this=at.copy(), expression=exp.Literal.string(bound(position)))


def group(at: exp.Expr, division: Division) -> exp.Expr:
    """The id of the group that owns the place `at`."""
    *others, (last, _) = division.bounds()
    case = exp.Case()
    for group_id, end in others:
        case = case.when(below(at, end), exp.Literal.number(group_id))
    return case.else_(exp.Literal.number(last)) if others else exp.Literal.number(last)


def is_control(at: exp.Expr, matching: Sequence[tuple[exp.Expr, Division]]) -> exp.Expr:
    """Whether the place is in the control group of any division whose condition holds for the customer."""
    held = [
        exp.and_(condition.copy(), below(at, division.control_bound))
        for condition, division in matching
        if division.control_bound
    ]
    return exp.or_(*held) if held else exp.false()


def _positions(percent: Decimal) -> int:
    return int(percent * POSITIONS / WHOLE)
