"""Segments that ask about segments: what is needed to compile them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.models import Table
from customer360.usage import Use
from runtime import clock
from segments.comparisons import Moment
from segments.models import Segment
from segments.rules import AggregateCondition, AttributeCondition, ListCondition, MembershipCondition, Rules
from segments.schema import current_schema
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from accounts.access import Access
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
        case MembershipCondition() | ListCondition():
            return False


def present_moment() -> Moment:
    """Today, in the active tenant's time zone."""
    zone = Tenant.objects.get(pk=require_tenant_id()).zone
    return Moment(clock.today(zone), zone)


def segments_on(table: Table, access: Access | None) -> list[Use]:
    """Segments, drafts too, whose rules ask about the table's rows; the customers' own is asked by all."""
    if access is not None and not access.can("segment:view"):
        return []
    is_profiles = table.role == Table.Role.CUSTOMER_PROFILES and table.current_version_id is not None
    is_asked_by_all = is_profiles and table.name == current_schema().profiles.table
    return [
        Use("Segment", segment.name, segment.get_absolute_url())
        for segment in Segment.objects.all()
        if is_asked_by_all or table.name in _tables_of(segment.rules)
    ]


def _tables_of(rules: Rules) -> set[str]:
    return {each.table for each in rules.conditions if isinstance(each, AggregateCondition | ListCondition)}


def segments_with(segments: Collection[int], _access: Access | None) -> dict[int, list[Use]]:
    """Active segments that ask about one of these: whoever may see one segment may see all."""
    found: dict[int, list[Use]] = {}
    for asking in Segment.objects.active().select_related("active_version"):
        use = Use("Segment", asking.name, asking.get_absolute_url())
        for asked in asking.active_version.parsed.segments.intersection(segments) - {asking.pk}:
            found.setdefault(asked, []).append(use)
    return found
