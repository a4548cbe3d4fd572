"""Which campaigns use a segment: said to `segments`, which may not ask."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.urls import reverse

from campaigns.models import Campaign
from customer360.usage import Use

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from accounts.access import Access

WAYS = ("campaign_segments__segment", "sub_audiences__segment")


def campaigns_with(segments: Collection[int], access: Access | None) -> dict[int, list[Use]]:
    """Campaigns whose audience or sub-audiences name a segment, for those who may see campaigns; by segment."""
    if access is not None and not access.can("campaign:view"):
        return {}
    named = {pair for way in WAYS for pair in _named_by(way, segments)}
    found: dict[int, list[Use]] = defaultdict(list)
    for segment, name, campaign in sorted(named):
        found[segment].append(Use("Campaign", name, reverse("campaign", args=[campaign])))
    return found


def _named_by(way: str, segments: Collection[int]) -> Iterable[tuple[int, str, int]]:
    found: Iterable[tuple[int, str, int]] = Campaign.objects.filter(**{f"{way}__in": segments}).values_list(
        way, "name", "pk"
    )
    return found
