from __future__ import annotations

from dataclasses import dataclass


class SegmentError(Exception):
    """The root of what segments refuse; the message is for people."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one condition. `place` is such as "include.0.2": part, section, condition."""

    place: str
    message: str


class RulesError(SegmentError):
    """The rules do not fit the data; `problems` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


class ComparisonError(SegmentError):
    """An operator that does not suit the type, or a value that is not of the type."""


class CircularSegmentError(SegmentError):
    """A segment would depend on itself."""


class SegmentChangedError(SegmentError):
    """Somebody else has saved the segment since it was opened."""
