"""A sub-audience's own criteria as stored: one version of Muster may be unable to read what another wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments import stored
from segments.errors import UnreadableRulesError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments.rules import Rules

UNREADABLE = (
    "The criteria of “{}” can no longer be read: another version of Muster wrote them. "
    "Edit the campaign: start these criteria again, or choose a saved segment."
)


def readable(criteria: Mapping[str, Any]) -> Rules | None:
    """None where they can't be read."""
    try:
        return stored.read(criteria)
    except UnreadableRulesError:
        return None


def read(criteria: Mapping[str, Any], name: str) -> Rules:
    """The criteria of the sub-audience of this name. Raises UnreadableRulesError, which says what to do."""
    rules = readable(criteria)
    if rules is None:
        raise UnreadableRulesError(UNREADABLE.format(name))
    return rules
