"""Conditions on personal data: people with Restrict PII access may neither ask them nor see the results."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from segments.errors import SegmentError
from segments.nesting import active_rules, asked_about
from segments.rules import (
    AggregateCondition,
    AttributeCondition,
    ListCondition,
    MembershipCondition,
    QueryCondition,
    segments_in,
)
from segments.schema import current_schema
from segments.stored import UnreadableRules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from accounts.access import Access
    from segments.rules import Condition, Rules
    from segments.schema import Schema

BARRED = "This is personal data. You can't ask about it with Restrict PII access."


def is_withheld(rules: Rules, access: Access) -> bool:
    """Whether personal data decides whom the rules find, so that this person may see neither them nor how many.

    Raises NoSuchTableError without customer profiles.
    """
    return bool(withheld_among({0: rules}, access))


def withheld_among(several: Mapping[int, Rules], access: Access) -> set[int]:
    """The ids of those rules for which `is_withheld` holds. Raises NoSuchTableError without customer profiles."""
    if not access.restricted_pii:
        return set()
    schema, active = current_schema(), active_rules()
    return {
        pk
        for pk, rules in several.items()
        if isinstance(rules, UnreadableRules) or asks_about_pii(rules.conditions, schema, active)
    }


def asks_about_pii(conditions: Iterable[Condition], schema: Schema, segments: Mapping[int, Rules]) -> bool:
    """Whether one of the conditions compares with personal data, itself or through a segment that it asks about.

    Always true where personal data decides who is among the profiles at all. `segments` are the rules of the
    active segments.
    """
    asked = list(conditions)
    further = asked_about(segments_in(asked), segments).intersection(segments)
    if any(isinstance(segments[each], UnreadableRules) for each in further):
        return True
    every = [*asked, *(condition for segment in further for condition in segments[segment].conditions)]
    return schema.profiles.decided_by_pii or any(compares_with_pii(condition, schema) for condition in every)


def compares_with_pii(condition: Condition, schema: Schema) -> bool:
    """Whether the condition itself selects customers by personal data; segments it asks about are not looked into.

    Tables, columns and queries that no longer exist count as personal.
    """
    match condition:
        case AttributeCondition():
            return schema.is_pii(condition.attribute)
        case AggregateCondition():
            return any(schema.is_related_pii(condition.table, name) for name in _columns(condition, schema))
        case ListCondition():
            return schema.names_by_pii(condition.table)
        case QueryCondition():
            return schema.profiles.key_is_pii or _chooses_by_pii(condition, schema)
        case MembershipCondition():
            return False
        case _ as unknown:
            assert_never(unknown)


def _columns(condition: AggregateCondition, schema: Schema) -> list[str]:
    """All columns that the condition reads, including the one that names the customer."""
    related = schema.related.get(condition.table)
    return [
        related.customer if related else "",
        *(each.attribute for each in condition.filters),
        *condition.measured(related.value if related else None),
    ]


def _chooses_by_pii(condition: QueryCondition, schema: Schema) -> bool:
    try:
        return schema.queries[condition.query].is_personal
    except (KeyError, SegmentError):
        return True
