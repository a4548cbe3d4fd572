"""Rules as they are stored: one version of Muster may be unable to read what another wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from segments.errors import UnreadableRulesError
from segments.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

UNREADABLE = (
    "The conditions of a segment can no longer be read: another version of Muster wrote them. "
    "Make one of its versions the draft and activate it, or create the segment again."
)


class UnreadableRules(Rules):
    """Stands for rules that can't be read: they find nobody, can't be compiled, and count as personal."""


def read(stored: Mapping[str, Any]) -> Rules:
    """Raises UnreadableRulesError."""
    try:
        return Rules.model_validate(stored)
    except ValidationError as error:
        raise UnreadableRulesError(UNREADABLE) from error


def read_if_possible(stored: Mapping[str, Any]) -> Rules:
    """UnreadableRules where they can't be read."""
    try:
        return read(stored)
    except UnreadableRulesError:
        return UnreadableRules()


def is_readable(stored: Mapping[str, Any]) -> bool:
    return not isinstance(read_if_possible(stored), UnreadableRules)
