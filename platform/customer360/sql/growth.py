"""How much longer than the data the texts may get that a query makes.

The engine's limits don't help here: it works on some two thousand rows at once, does not count a text while that
is being made, and can't be interrupted within one. So the tree is looked at instead, and every estimate is upward.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.sql import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from customer360.sql.faults import Faults

_SHORT = 100
"""Characters: about what one value of the data has."""

_OF_A_SIGN = 16
"""Characters that one of a date's format makes, at most: %c is the whole date and time."""


def check(query: exp.Query, faults: Faults) -> None:
    """Refuses texts that are padded, repeated, replaced or formatted into a multiple of what the data holds."""
    for pad in query.find_all(exp.Pad):
        if _number(pad.expression) > limits.PADDED:
            faults.add(pad, f"A text can be padded to at most {limits.PADDED:,} characters, written as a number.")
    for written in query.find_all(exp.TimeToStr):
        if not _is_short(written.args.get("format")):
            faults.add(written, f"Write the format of a date as a text of at most {limits.FORMAT} characters.")
    faults.raise_if_any()
    if _growth(query) > limits.GROWTH:
        faults.add(query, "The query makes texts far longer than the data has. Join or replace fewer of them.")
    faults.raise_if_any()


def _is_short(text: exp.Expr | None) -> bool:
    return isinstance(text, exp.Literal) and len(text.name) <= limits.FORMAT


def _growth(query: exp.Query) -> float:
    """How many times as much text as it reads the greediest SELECT makes, with all that is read within it."""
    longer: dict[int, float] = {}
    most = 1.0
    for part in reversed(list(query.find_all(exp.Query))):  # those within before those around them
        within = list(_nested(part))
        sides = [nested for nested in within if nested.parent is part and isinstance(part, exp.SetOperation)]
        before = prod(longer[id(nested)] for nested in within if nested not in sides)
        before *= max((longer[id(side)] for side in sides), default=1)
        lengths = _lengths(part, before)
        made = [lengths[id(piece)] / _SHORT for piece in part.iter_expressions()]
        longer[id(part)] = before * max(made, default=1)
        most = max(most, longer[id(part)], before * sum(length for length in made if length > 1))
    return most


def _nested(query: exp.Expr) -> Iterator[exp.Expr]:
    """The queries directly within: in WITH, FROM, joins and expressions, and the sides of a UNION."""
    return (node for node in _walked(query) if node is not query and isinstance(node, exp.Query))


def _walked(query: exp.Expr) -> Iterator[exp.Expr]:
    """The query's own nodes: queries within it are among them, and nothing of what is in those."""
    return query.walk(prune=lambda node: node is not query and isinstance(node, exp.Query))


def _lengths(query: exp.Expr, before: float) -> dict[int, float]:
    """Characters of the longest text that each of the query's own nodes makes, by the node's id.

    What is read is `before` times as long as the data already. What is put together of many rows is taken to be
    half of what is allowed, whatever the rows hold: the engine counts that text.
    """
    lengths: dict[int, float] = {}
    for node in reversed(list(_walked(query))):  # children before their parents
        match node:
            case exp.Query():
                lengths[id(node)] = _SHORT
            case exp.GroupConcat():
                lengths[id(node)] = limits.GROWTH * _SHORT / 2 / before
            case _:
                lengths[id(node)] = _length(node, lengths)
    return lengths


def _length(node: exp.Expr, lengths: dict[int, float]) -> float:
    parts = [lengths[id(part)] for part in node.iter_expressions()]
    length = max(parts, default=0)
    match node:
        case exp.Literal():
            length = len(node.name)
        case exp.Column():
            length = _SHORT
        case exp.Pad():
            length = max(length, _number(node.expression))
        case exp.ConcatWs():
            length = sum(parts) + len(parts) * parts[0]
        case exp.DPipe() | exp.Concat():
            length = sum(parts)
        case exp.Replace() | exp.RegexpReplace() if replacement := node.args.get("replacement"):
            length = lengths[id(node.this)] * max(lengths[id(replacement)], 1)
        case exp.TimeToStr(args={"format": written}):
            length = _OF_A_SIGN * len(written.name)
    return length


def _number(value: exp.Expr) -> int:
    """A whole number that is written out; more than any limit for whatever has to be computed."""
    return int(value.name) if isinstance(value, exp.Literal) and value.name.isdecimal() else limits.PADDED + 1
