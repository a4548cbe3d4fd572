"""How much longer than the data the texts produced by a query may get.

The engine's limits don't help here: it works on some two thousand rows at once, does not count a text while
producing it, and can't be interrupted meanwhile. So the tree is examined instead, and every estimate errs upward.
"""

from __future__ import annotations

from collections import Counter
from functools import reduce
from math import prod
from operator import or_
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.sql import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from customer360.sql.faults import Faults

_SHORT = 100
"""Characters: the assumed length of one value of the data."""

_OF_A_SIGN = 16
"""The most characters that one character of a date format produces: %c is the whole date and time."""

_AGGREGATED = limits.GROWTH * _SHORT * 2 // 5
"""Characters: the assumed length of all the texts a SELECT aggregates from many rows, as the engine counts them.

Two copies are allowed, three are not.
"""

_Length = Counter[str]
"""Characters by where they are from: the data and literals, or an aggregate, named by its SQL.

The aggregates of a SELECT have `_AGGREGATED` between them. The worst case is that one has it all, so what counts
is how often a text contains the same one.
"""

_DATA = ""


def check(query: exp.Query, faults: Faults) -> None:
    """Refuses texts that are padded, repeated, replaced or formatted to many times the size of the data."""
    for pad in query.find_all(exp.Pad):
        if _number(pad.expression) > limits.PADDED:
            faults.add(pad, f"A text can be padded to at most {limits.PADDED:,} characters, written as a number.")
    for written in query.find_all(exp.TimeToStr):
        if len(_format(written)) > limits.FORMAT:
            faults.add(written, f"Write the format of a date as a text of at most {limits.FORMAT} characters.")
    faults.raise_if_any()
    if _growth(query) > limits.GROWTH:
        faults.add(query, "The query makes texts far longer than the data has. Join or replace fewer of them.")
    faults.raise_if_any()


def _format(written: exp.TimeToStr) -> str:
    """The literal format, before or after the date; one that is too long when it is computed."""
    literals = [part.name for part in (written.args["format"], written.this) if isinstance(part, exp.Literal)]
    return literals[0] if literals else "%c" * limits.FORMAT


def _growth(query: exp.Query) -> float:
    """The largest ratio of text produced to text read, over all SELECTs including what they read."""
    longer: dict[int, float] = {}
    most = 1.0
    for part in reversed(list(query.find_all(exp.Query))):  # inner before outer
        within = list(_nested(part))
        sides = [nested for nested in within if nested.parent is part and isinstance(part, exp.SetOperation)]
        before = prod(longer[id(nested)] for nested in within if nested not in sides)
        before *= max((longer[id(side)] for side in sides), default=1)
        lengths = _lengths(part)
        made = [lengths[id(piece)] for piece in part.iter_expressions()]
        together = sum((length for length in made if _is_new(length)), _Length())
        longer[id(part)] = max((_characters(length, before) for length in made), default=_SHORT) / _SHORT
        most = max(most, longer[id(part)], _characters(together, before) / _SHORT)
    return most


def _characters(length: _Length, before: float) -> float:
    """The length of the text when the query's input is `before` times as long as the data."""
    return before * length[_DATA] + max((length[source] for source in length if source != _DATA), default=0)


def _is_new(length: _Length) -> bool:
    """Whether the text is more than one value or one aggregate as it is."""
    return length[_DATA] > (0 if len(length) > 1 else _SHORT)


def _nested(query: exp.Expr) -> Iterator[exp.Expr]:
    """The directly nested queries: in WITH, FROM, joins and expressions, and the sides of a UNION."""
    return (node for node in _walked(query) if node is not query and isinstance(node, exp.Query))


def _walked(query: exp.Expr) -> Iterator[exp.Expr]:
    """The query's own nodes, including nested queries but not their contents."""
    return query.walk(prune=lambda node: node is not query and isinstance(node, exp.Query))


def _lengths(query: exp.Expr) -> dict[int, _Length]:
    """The length of the longest text each of the query's own nodes produces, by the node's id."""
    lengths: dict[int, _Length] = {}
    for node in reversed(list(_walked(query))):  # children before their parents
        match node:
            case exp.Query():
                lengths[id(node)] = _Length({_DATA: _SHORT})
            case exp.GroupConcat():
                lengths[id(node)] = _Length({_whole(node).sql(): _AGGREGATED})
            case _:
                lengths[id(node)] = _length(node, lengths)
    return lengths


def _whole(aggregate: exp.Expr) -> exp.Expr:
    """The aggregate with its FILTER, WITHIN GROUP and OVER."""
    while isinstance(aggregate.parent, exp.Filter | exp.WithinGroup | exp.Window) and aggregate.arg_key == "this":
        aggregate = aggregate.parent
    return aggregate


def _length(node: exp.Expr, lengths: dict[int, _Length]) -> _Length:
    parts = [lengths[id(part)] for part in node.iter_expressions()]
    length = reduce(or_, parts, _Length())
    match node:
        case exp.Literal():
            length = _Length({_DATA: len(node.name)})
        case exp.Column():
            length = _Length({_DATA: _SHORT})
        case exp.Pad():
            length |= _Length({_DATA: _number(node.expression)})
        case exp.ConcatWs():
            length = sum(parts, _times(parts[0], len(parts)))
        case exp.DPipe() | exp.Concat():
            length = sum(parts, _Length())
        case exp.Replace() | exp.RegexpReplace() if replacement := node.args.get("replacement"):
            length = _times(lengths[id(node.this)], max(lengths[id(replacement)].total(), 1))
        case exp.TimeToStr():
            length = _Length({_DATA: _OF_A_SIGN * len(_format(node))})
    return length


def _times(length: _Length, times: int) -> _Length:
    return _Length({source: characters * times for source, characters in length.items()})


def _number(value: exp.Expr) -> int:
    """The value of an integer literal; more than any limit for anything computed."""
    return int(value.name) if isinstance(value, exp.Literal) and value.name.isdecimal() else limits.PADDED + 1
