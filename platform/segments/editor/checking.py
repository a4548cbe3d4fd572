"""What is wrong with a draft, condition by condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments.compiler import Compiler, sections_of
from segments.editor.changes import remove
from segments.errors import CircularSegmentError, TooManyConditionsError
from segments.nesting import asked_about
from segments.rules import MembershipCondition, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments.comparisons import Moment
    from segments.schema import Schema

CIRCLE = "That segment uses the one you are editing, so neither could be counted. Choose another one."


def problems(
    rules: Rules, schema: Schema, moment: Moment, segments: Mapping[int, Rules], *, segment: int
) -> dict[str, str]:
    """What is wrong with each condition, by its id; empty when the draft can be activated."""
    circles = _circles(rules, segments, segment)
    straight = without(rules, circles)
    compiler = Compiler(schema, moment, segments)
    try:
        compiler.sections(straight)
    except (CircularSegmentError, TooManyConditionsError) as error:
        return circles | {
            each.id: str(error) for each in straight.conditions if isinstance(each, MembershipCondition)
        }
    ids = places(straight)
    return circles | {ids[problem.place]: problem.message for problem in compiler.problems}


def places(rules: Rules) -> dict[str, str]:
    """Ids of the conditions by their place, such as "include.0.2"."""
    return {
        f"{place}.{number}": condition.id
        for place, section in sections_of(rules)
        for number, condition in enumerate(section.conditions)
    }


def without(rules: Rules, conditions: Mapping[str, str]) -> Rules:
    """The rules without these conditions, by id."""
    for condition in conditions:
        rules = remove(rules, condition)
    return rules


def circular(segments: Mapping[int, Rules], segment: int) -> frozenset[int]:
    """The segments that ask about this one, directly or indirectly, and itself."""
    return frozenset({segment, *(pk for pk in segments if segment in asked_about([pk], segments))})


def _circles(rules: Rules, segments: Mapping[int, Rules], segment: int) -> dict[str, str]:
    asking = circular(segments, segment) if rules.segments else frozenset()
    memberships = [each for each in rules.conditions if isinstance(each, MembershipCondition)]
    return {each.id: CIRCLE for each in memberships if each.segment in asking}
