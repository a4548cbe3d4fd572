"""What people with Restrict PII access may not change: conditions about personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments.editor.merging import changed, facts
from segments.errors import SegmentError
from segments.personal import BARRED, asks_about_pii
from segments.rules import Part, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments.editor.changes import Change
    from segments.rules import Rules
    from segments.schema import Schema


def guarded(change: Change, schema: Schema, segments: Mapping[int, Rules]) -> Change:
    """The change, raising SegmentError when it adds or alters a condition about personal data.

    Removing or moving one stays possible: it reveals nothing. `segments` are the rules of the active segments.
    """

    def made(rules: Rules) -> Rules:
        after = change(rules)
        now = facts(after)
        for piece in changed(facts(rules), now):
            _refuse_personal(now.get(piece), schema, segments)
        return after

    return made


def _refuse_personal(piece: object, schema: Schema, segments: Mapping[int, Rules]) -> None:
    is_condition = isinstance(piece, Part) and not isinstance(piece, Section)
    if is_condition and asks_about_pii([piece], schema, segments):  # type: ignore[list-item]  # no section
        raise SegmentError(BARRED)
