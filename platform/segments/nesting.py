"""Segments that ask about segments: what is needed to compile them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime import clock
from segments.comparisons import Moment
from segments.errors import SegmentError
from segments.models import Segment
from segments.rules import (
    AggregateCondition,
    AttributeCondition,
    ListCondition,
    MembershipCondition,
    QueryCondition,
    Rules,
)
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segments.rules import Condition
    from segments.schema import Schema


def active_rules() -> dict[int, Rules]:
    """What each active segment of the tenant says, by id."""
    active = Segment.objects.active().values_list("pk", "active_version__rules")
    return {pk: Rules.model_validate(rules) for pk, rules in active}


def asked_about(segments: Iterable[int], rules: Mapping[int, Rules]) -> set[int]:
    """These segments and all that they ask about, directly or further down."""
    found: set[int] = set()
    waiting = list(segments)
    while waiting:
        segment = waiting.pop()
        if segment not in found:
            found.add(segment)
            waiting.extend(rules[segment].segments if segment in rules else ())
    return found


def asks_about_pii(rules: Rules, schema: Schema, segments: Mapping[int, Rules]) -> bool:
    """Whether a value that the rules compare with, also further down, may be personal data."""
    all_rules = [
        rules,
        *(segments[segment] for segment in asked_about(rules.segments, segments) if segment in segments),
    ]
    return any(compares_with_pii(condition, schema) for each in all_rules for condition in each.conditions)


def compares_with_pii(condition: Condition, schema: Schema) -> bool:
    """Whether the condition's values stand beside personal data; how many rows there are is none."""
    match condition:
        case AttributeCondition():
            return schema.is_pii(condition.attribute)
        case AggregateCondition():
            columns = [condition.column, *(each.attribute for each in condition.filters)]
            return any(schema.is_related_pii(condition.table, column) for column in columns if column is not None)
        case QueryCondition():
            return _is_personal(condition, schema)
        case MembershipCondition() | ListCondition():
            return False


def _is_personal(condition: QueryCondition, schema: Schema) -> bool:
    """One that can't be read may be about personal data."""
    try:
        return schema.queries[condition.query].is_personal
    except (KeyError, SegmentError):
        return True


def present_moment() -> Moment:
    """Today, in the active tenant's time zone."""
    zone = Tenant.objects.get(pk=require_tenant_id()).zone
    return Moment(clock.today(zone), zone)
