"""What is needed to compile segments that ask about other segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime import clock
from segments.comparisons import Moment
from segments.models import Segment
from segments.stored import read_if_possible
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segments.rules import Rules


def active_rules() -> dict[int, Rules]:
    """The rules of each active segment of the tenant, by id; UnreadableRules where they can't be read."""
    active = Segment.objects.active().values_list("pk", "active_version__rules")
    return {pk: read_if_possible(rules) for pk, rules in active}


def asked_about(segments: Iterable[int], rules: Mapping[int, Rules]) -> set[int]:
    """These segments and all that they ask about, directly or indirectly."""
    found: set[int] = set()
    waiting = list(segments)
    while waiting:
        segment = waiting.pop()
        if segment not in found:
            found.add(segment)
            waiting.extend(rules[segment].segments if segment in rules else ())
    return found


def present_moment() -> Moment:
    """Today, in the active tenant's time zone."""
    zone = Tenant.objects.get(pk=require_tenant_id()).zone
    return Moment(clock.today(zone), zone)
