"""What a campaign's rules say about one customer, in the order in which they decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Question:
    """A rule to ask the engine about. `kind` is include, exclude or sub_audience; `lines` are its conditions.

    `part` is the id of the sub-audience: their names may be equal.
    """

    kind: str
    name: str
    condition: exp.Expr
    lines: tuple[tuple[str, exp.Expr], ...] = ()
    part: int | None = None

    @property
    def truths(self) -> Iterator[exp.Expr]:
        yield self.condition
        for _, condition in self.lines:
            yield condition


@dataclass(frozen=True, slots=True)
class Line:
    """One condition of a rule, in words, and whether it holds."""

    words: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Rule:
    kind: str
    name: str
    holds: bool
    lines: tuple[Line, ...]
    part: int | None = None

    @classmethod
    def of(cls, question: Question, truths: Sequence[bool]) -> Self:
        """`truths` are the values of `question.truths`."""
        lines = zip((words for words, _ in question.lines), truths[1:], strict=True)
        said = tuple(Line(words, holds) for words, holds in lines)
        return cls(question.kind, question.name, truths[0], said, question.part)


@dataclass(frozen=True, slots=True)
class Found:
    """A customer; `places` are the sub-audience and group of each place they are assigned to."""

    key: str
    position: int
    rules: tuple[Rule, ...]
    places: tuple[tuple[int, int], ...]

    def of_kind(self, kind: str) -> list[Rule]:
        return [rule for rule in self.rules if rule.kind == kind]

    @property
    def of_parts(self) -> dict[int | None, Rule]:
        """The rule of each sub-audience that has one, by the sub-audience's id."""
        return {rule.part: rule for rule in self.of_kind("sub_audience")}

    @property
    def is_included(self) -> bool:
        return any(rule.holds for rule in self.of_kind("include"))

    @property
    def is_excluded(self) -> bool:
        return any(rule.holds for rule in self.of_kind("exclude"))
