"""Which segments ask about something: people who may see one segment may see all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.models import Table
from customer360.usage import Use
from segments.models import Segment
from segments.schema import current_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from accounts.access import Access
    from segments.rules import Rules


def segments_with(segments: Collection[int], _access: Access | None) -> dict[int, list[Use]]:
    """Active segments that ask about one of these segments, by its id."""
    return _asking(segments, lambda rules: rules.segments)


def segments_with_queries(queries: Collection[int], access: Access | None) -> dict[int, list[Use]]:
    """Active segments that ask about one of these queries, by its id, for people who may see segments."""
    if access is not None and not access.can("segment:view"):
        return {}
    return _asking(queries, lambda rules: rules.queries)


def segments_on(table: Table, access: Access | None) -> list[Use]:
    """Segments, drafts too, whose rules ask about the table's rows; all of them use the customers' own table."""
    if access is not None and not access.can("segment:view"):
        return []
    is_profiles = table.role == Table.Role.CUSTOMER_PROFILES and table.current_version_id is not None
    is_asked_by_all = is_profiles and table.name == current_schema().profiles.table
    return [
        _use(segment)
        for segment in Segment.objects.select_related("active_version")
        if is_asked_by_all or table.name in segment.rules_if_readable.tables
    ]


def _asking(ids: Collection[int], asked_by: Callable[[Rules], Iterable[int]]) -> dict[int, list[Use]]:
    found: dict[int, list[Use]] = {}
    for segment in Segment.objects.active().select_related("active_version"):
        for asked in set(ids).intersection(asked_by(segment.rules_if_readable)):
            found.setdefault(asked, []).append(_use(segment))
    return found


def _use(segment: Segment) -> Use:
    return Use("Segment", segment.name, segment.get_absolute_url())
