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

_UNKNOWN_REPLACEMENT = 100
_SHORT = 100
"""Characters: about what one value of the data has."""


def check(query: exp.Query, faults: Faults) -> None:
    """Refuses texts that are padded, repeated or replaced into a multiple of what the data holds."""
    for pad in query.find_all(exp.Pad):
        if _number(pad.expression) > limits.PADDED:
            faults.add(pad, f"A text can be padded to at most {limits.PADDED:,} characters, written as a number.")
    if _of_query(query, _of_selects(query)) > limits.GROWTH:
        faults.add(query, "The query makes texts far longer than the data has. Join or replace fewer of them.")
    faults.raise_if_any()


def _of_query(query: exp.Expr, selects: dict[int, int]) -> int:
    """What a query makes of a text on the longest way from a table to its result."""
    within = list(_nested(query))
    if isinstance(query, exp.SetOperation):
        sides = [nested for nested in within if nested in (query.left, query.right)]
        widest = max((_of_query(side, selects) for side in sides), default=1)
        within = [nested for nested in within if nested not in (query.left, query.right)]
    else:
        widest = selects.get(id(query), 1)
    return max(widest, 1) * prod(_of_query(nested, selects) for nested in within)


def _nested(query: exp.Expr) -> Iterator[exp.Expr]:
    """The queries directly within: in WITH, FROM, joins and expressions, and the sides of a UNION."""
    for node in query.walk(prune=lambda node: node is not query and isinstance(node, exp.Query)):
        if node is not query and isinstance(node, exp.Query):
            yield node


def _of_selects(query: exp.Query) -> dict[int, int]:
    """For each SELECT, by its id, the most that one of its expressions makes of a text."""
    weights: dict[int, int] = {}
    widest: dict[int, int] = {}
    for node in reversed(list(query.walk())):  # children before their parents
        weight = weights[id(node)] = 1 if isinstance(node, exp.Query) else _weight(node, weights)
        select = id(node.parent_select)
        widest[select] = max(widest.get(select, 1), weight)
    return widest


def _weight(node: exp.Expr, weights: dict[int, int]) -> int:
    parts = [weights[id(part)] for part in node.iter_expressions()]
    weight = max(parts, default=0)
    match node:
        case exp.Literal():
            weight = len(node.name) // _SHORT if node.is_string else 0
        case exp.Column():
            weight = 1
        case exp.Pad():
            weight = max(weight, _number(node.expression) // _SHORT)
        case exp.GroupConcat():
            weight = limits.GROWTH // 2
        case exp.DPipe() | exp.Concat() | exp.ConcatWs():
            weight = sum(parts)
        case exp.Replace() | exp.RegexpReplace() | exp.Translate():
            weight *= _replacement(node.args.get("replacement"), weights)
    return weight


def _replacement(value: exp.Expr | None, weights: dict[int, int]) -> int:
    if value is None or (isinstance(value, exp.Literal) and value.is_string):
        return max(len(value.name) if value else 1, 1)
    return _UNKNOWN_REPLACEMENT * max(weights[id(value)], 1)


def _number(value: exp.Expr) -> int:
    """A whole number that is written out; more than any limit for whatever has to be computed."""
    return int(value.name) if isinstance(value, exp.Literal) and value.name.isdecimal() else limits.PADDED + 1
