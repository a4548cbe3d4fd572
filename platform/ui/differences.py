"""Two texts side by side, line by line: versions, or what two people wrote at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CONTEXT = 3
"""How many equal lines are shown around those that differ."""

ALIKE_ENOUGH = 0.4
"""Two lines with less in common are shown as entirely different."""

MOST_PAIRS = 1_000_000
"""Lines or words of both sides, multiplied: comparing more would take seconds."""

_WORDS = re.compile(r"\w+|\s+|.")


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one of the texts, in pieces; numbered from 1."""

    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A pair of lines side by side, or a line of one text only; neither marks equal lines left out."""

    before: Line | None
    after: Line | None
    is_changed: bool

    @property
    def is_gap(self) -> bool:
        return self.before is None and self.after is None


GAP = Row(None, None, is_changed=False)


def side_by_side(before: str, after: str) -> list[Row]:
    """Rows of both texts, without equal lines far from a change; empty when nothing differs."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return []
    groups = [[row for code in group for row in _rows(old, new, code)] for group in _groups(old, new)]
    shown: list[Row] = []
    for group in groups:
        shown += [GAP, *group] if shown else group
    return shown


def _groups(old: Sequence[str], new: Sequence[str]) -> Iterable[Sequence[tuple[str, int, int, int, int]]]:
    if len(old) * len(new) > MOST_PAIRS:
        return [[("replace", 0, len(old), 0, len(new))]]
    return SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT)


def _rows(old: Sequence[str], new: Sequence[str], code: tuple[str, int, int, int, int]) -> Iterator[Row]:
    kind, i1, i2, j1, j2 = code
    for i, j in zip_longest(range(i1, i2), range(j1, j2)):
        if kind == "equal":
            yield Row(_whole(old, i), _whole(new, j), is_changed=False)
        elif i is None or j is None:
            yield Row(_whole(old, i), _whole(new, j), is_changed=True)
        else:
            one, other = _pieces(old[i], new[j])
            yield Row(Line(i + 1, one), Line(j + 1, other), is_changed=True)


def _whole(lines: Sequence[str], at: int | None) -> Line | None:
    return None if at is None else Line(at + 1, (Piece(lines[at]),))


def _pieces(one: str, other: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both lines cut into what they share and what they do not, word by word."""
    a, b = _WORDS.findall(one), _WORDS.findall(other)
    if len(a) * len(b) > MOST_PAIRS:
        return (Piece(one),), (Piece(other),)
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < ALIKE_ENOUGH:
        return (Piece(one),), (Piece(other),)
    left, right = [], []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        left.append(Piece("".join(a[i1:i2]), kind != "equal"))
        right.append(Piece("".join(b[j1:j2]), kind != "equal"))
    return _filled(left), _filled(right)


def _filled(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.text)
