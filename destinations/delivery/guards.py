"""What a person must approve before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.delivery.quota import Quota

if TYPE_CHECKING:
    from collections.abc import Iterator

    from destinations.delivery.models import Delivery
    from destinations.delivery.planned import Planned

Reason = dict[str, int | str]


def reasons_to_hold(delivery: Delivery, planned: Planned) -> list[Reason]:
    """Why this plan needs a person's approval, as codes with their numbers. Empty: it may go ahead."""
    return list(_reasons(delivery, planned))


def _reasons(delivery: Delivery, planned: Planned) -> Iterator[Reason]:
    guards, members = delivery.guards, delivery.target.member_count
    if guards.empty_audience and planned.audience == 0:
        yield {"code": "empty_audience", "members": members}
    changed = planned.adds + planned.removes
    limit = guards.max_change_percent
    if limit is not None and members and changed * 100 > members * limit:
        yield {"code": "large_change", "changed": changed, "members": members, "limit": limit}
    if guards.max_removals is not None and planned.removes > guards.max_removals:
        yield {"code": "many_removals", "removals": planned.removes, "limit": guards.max_removals}
    if guards.daily_calls:
        yield from _calls_left(delivery)


def _calls_left(delivery: Delivery) -> Iterator[Reason]:
    left = Quota(delivery.connector.account, delivery.connector.allowance).outlook().left_today
    needed = delivery.estimated_calls or 0
    if left is not None and needed > left:
        yield {"code": "too_many_calls", "needed": needed, "left": left}
