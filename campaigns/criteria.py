"""Criteria of a sub-audience's own, as they are stored: what one version of Muster wrote another may not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from segments.errors import SegmentError
from segments.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

UNREADABLE = (
    "The criteria of “{}” can't be read any more: another version of Muster wrote them. "
    "Edit the campaign: begin these criteria anew, or choose a saved segment."
)


class UnreadableCriteriaError(SegmentError):
    """Nobody can say whom the criteria mean."""


def readable(stored: Mapping[str, Any]) -> Rules | None:
    """None where they can't be read."""
    try:
        return Rules.model_validate(stored)
    except ValidationError:
        return None


def read(stored: Mapping[str, Any], name: str) -> Rules:
    """The criteria of the sub-audience of this name. Raises UnreadableCriteriaError."""
    rules = readable(stored)
    if rules is None:
        raise UnreadableCriteriaError(UNREADABLE.format(name))
    return rules
