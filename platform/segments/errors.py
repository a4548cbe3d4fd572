from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segments.models import SegmentEdit
    from segments.rules import Rules


class SegmentError(Exception):
    """The base of all errors of segments; the message is for people."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one condition. `place` is part, section and condition, such as "include.0.2"."""

    place: str
    message: str


class RulesError(SegmentError):
    """The rules do not fit the data; `problems` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


class ComparisonError(SegmentError):
    """An operator that does not suit the type, or a value that is not of the type."""


class MisreadValueError(ComparisonError):
    """A value that can't be read; `told` is the message without the value, which may be personal data."""

    def __init__(self, value: object, fault: str) -> None:
        super().__init__(f"“{value}” {fault}")
        self.told = f"A value {fault}"


class UnreadableRulesError(SegmentError):
    """Stored rules that can no longer be read."""


class CircularSegmentError(SegmentError):
    """A segment would depend on itself."""


class TooManyConditionsError(SegmentError):
    """Rules that are too long to count once the segments they ask about are written out."""


class SegmentChangedError(SegmentError):
    """Someone has changed the very part that was to be changed: `shown` was seen, `current` is there now."""

    def __init__(self, shown: Rules, current: Rules, since: tuple[SegmentEdit, ...]) -> None:
        names = ", ".join(dict.fromkeys(str(edit.changed_by or "Muster") for edit in since))
        super().__init__(f"{names} changed this at the same time.")
        self.shown, self.current, self.since = shown, current, since


class MovedOnError(SegmentError):
    """Someone has changed the same rules since the page showed them; `theirs` says in words what was done."""

    def __init__(self, message: str, theirs: tuple[str, ...]) -> None:
        super().__init__(message)
        self.theirs = theirs


class NothingToTakeBackError(SegmentError):
    """The person has no change of their own to undo."""


class PartGoneError(SegmentError):
    """The section or condition that was to be changed is no longer there."""


class SegmentInUseError(SegmentError):
    """The segment is used by something that would no longer work."""
