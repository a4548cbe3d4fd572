"""Which orchestrations send a query or a segment: said to the apps below, which may not ask."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from customer360.usage import Use
from destinations.orchestrations.models import Orchestration, OrchestrationObject

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.access import Access
    from segments.models import Segment


def orchestrations_of_queries(queries: Collection[int], access: Access | None) -> dict[int, list[Use]]:
    """Those that a person with this access may see, all of them without one; by the queries' ids."""
    orchestrations = Orchestration.objects.visible_to(access) if access else Orchestration.objects.all()
    sent = OrchestrationObject.objects.filter(query__in=queries, orchestration__in=orchestrations)
    found: dict[int, list[Use]] = defaultdict(list)
    for each in sent.select_related("query", "orchestration"):
        found[each.query.pk].append(_use(each.orchestration))
    return found


def orchestrations_of_segment(segment: Segment, access: Access) -> list[Use]:
    return [_use(each) for each in Orchestration.objects.visible_to(access).filter(objects_sent__segment=segment)]


def _use(orchestration: Orchestration) -> Use:
    return Use("Orchestration", orchestration.name, orchestration.get_absolute_url())
