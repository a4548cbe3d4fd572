"""Which orchestrations send a query or a segment, for the apps below, which may not import this one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from customer360.usage import Use
from destinations.orchestrations.models import Orchestration, OrchestrationObject

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.access import Access


def orchestrations_of_queries(queries: Collection[int], access: Access | None) -> dict[int, list[Use]]:
    """The ones a person with this access may see, all if None; by the queries' ids."""
    return _by("query_id", queries, access)


def orchestrations_of_segments(segments: Collection[int], access: Access | None) -> dict[int, list[Use]]:
    """The same, by the segments' ids."""
    return _by("segment_id", segments, access)


def _by(sent: str, ids: Collection[int], access: Access | None) -> dict[int, list[Use]]:
    orchestrations = Orchestration.objects.visible_to(access) if access else Orchestration.objects.all()
    objects = OrchestrationObject.objects.filter(**{f"{sent}__in": ids}, orchestration__in=orchestrations)
    found: dict[int, list[Use]] = defaultdict(list)
    for each in objects.select_related("orchestration"):
        found[getattr(each, sent)].append(_use(each.orchestration))
    return found


def _use(orchestration: Orchestration) -> Use:
    return Use("Orchestration", orchestration.name, orchestration.get_absolute_url())
