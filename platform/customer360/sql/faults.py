"""What is wrong with a query and where, explained for the person who wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Never

from customer360.errors import QueryRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlglot import exp

SHOWN = 20
"""Reporting more problems than this helps no one."""

_START = "start"
"""The key under which the parser stores the offset of a node's first character."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One problem, with the line and column of its first character, both from 1."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.message}"


class Faults:
    """Collects the problems of one query's text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: set[Fault] = set()

    def add(self, node: exp.Expr, message: str) -> None:
        """Records a problem at the node, or at the part of the query that contains it."""
        self.add_at(_start(node), message)

    def add_at(self, offset: int, message: str) -> None:
        before = self._text[: max(offset, 0)]
        self._found.add(Fault(before.count("\n") + 1, len(before) - before.rfind("\n"), message))

    def word(self, node: exp.Expr) -> str:
        """The word of the text that the node was parsed from; empty if it was made from several."""
        start, end = node.meta.get(_START), node.meta.get("end")
        return "" if start is None or end is None else self._text[start : end + 1].strip('"')

    def refuse(self, node: exp.Expr, message: str) -> Never:
        """Records a problem that makes further checking pointless, and raises."""
        self.add(node, message)
        self.refuse_all()

    def refuse_at(self, offset: int, message: str) -> Never:
        self.add_at(offset, message)
        self.refuse_all()

    def refuse_all(self) -> Never:
        raise QueryRefusedError(tuple(sorted(self._found)[:SHOWN]))

    def raise_if_any(self) -> None:
        if self._found:
            self.refuse_all()

    def __bool__(self) -> bool:
        return bool(self._found)


def suggestion(name: str, known: Iterable[str]) -> str:
    """What the person may have meant, as a sentence to follow the problem; empty when nothing is close."""
    spelled = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(name.lower(), spelled, n=1, cutoff=0.7)
    return f" Did you mean “{spelled[close[0]]}”?" if close else ""


def in_place_of(original: exp.Expr, replacement: exp.Expr) -> exp.Expr:
    """The replacement, with the original's position in the text, for reporting problems of either."""
    start = _start(original)
    for part in replacement.walk():
        part.meta.pop(_START, None)
    replacement.meta[_START] = start
    return replacement


def _start(node: exp.Expr) -> int:
    """The offset of the node's first word, or of that of the part of the query it belongs to."""
    place: exp.Expr | None = node
    while place is not None:
        starts = [start for part in place.walk() if (start := part.meta.get(_START)) is not None]
        if starts:
            return int(min(starts))
        place = place.parent
    return 0
