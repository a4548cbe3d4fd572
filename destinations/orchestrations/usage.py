"""Which orchestrations send a query or a segment: said to the apps below, which may not ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.usage import Use
from destinations.orchestrations.models import Orchestration

if TYPE_CHECKING:
    from accounts.access import Access
    from customer360.models import Query
    from segments.models import Segment


def orchestrations_of_query(query: Query, access: Access) -> list[Use]:
    return _uses(access, objects_sent__query=query)


def orchestrations_of_segment(segment: Segment, access: Access) -> list[Use]:
    return _uses(access, objects_sent__segment=segment)


def _uses(access: Access, **sends: Query | Segment) -> list[Use]:
    found = Orchestration.objects.visible_to(access).filter(**sends)
    return [Use("Orchestration", each.name, each.get_absolute_url()) for each in found]
