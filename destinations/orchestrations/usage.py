"""Which orchestrations use a segment: said to `segments`, which may not ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.usage import Use
from destinations.orchestrations.models import Orchestration

if TYPE_CHECKING:
    from segments.models import Segment


def orchestrations_with(segment: Segment) -> list[Use]:
    found = Orchestration.objects.filter(objects_sent__segment=segment).distinct()
    return [Use("Orchestration", each.name, each.get_absolute_url()) for each in found]
