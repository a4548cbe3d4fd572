"""From a saved campaign to the document that the editor changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.editor.content import Assigned, Content, Group, Part, Timing, plain
from campaigns.models import Direction

if TYPE_CHECKING:
    from campaigns.models import Campaign, GroupDestination, SubAudience, TreatmentGroup
    from destinations.schedules.recurrence import Schedule


def content_of(campaign: Campaign) -> Content:
    """The campaign as it is saved; read it with `Campaign.objects.for_editing()` to save queries."""
    links = list(campaign.campaign_segments.all())
    return Content(
        name=campaign.name,
        include=tuple(link.segment_id for link in links if link.direction == Direction.INCLUDE),
        exclude=tuple(link.segment_id for link in links if link.direction == Direction.EXCLUDE),
        first_match_only=campaign.assign_first_match_only,
        parts=tuple(map(_part, campaign.sub_audiences.all())),
        timing=_timing(campaign.schedule),
        launch_date=campaign.launch_date.isoformat() if campaign.launch_date else "",
    )


def _part(sub_audience: SubAudience) -> Part:
    return Part(
        id=sub_audience.pk,
        name=sub_audience.name,
        is_remaining=sub_audience.is_remaining,
        segment=sub_audience.segment_id,
        rules=sub_audience.rules,
        groups=tuple(map(_group, sub_audience.groups.all())),
    )


def _group(group: TreatmentGroup) -> Group:
    return Group(
        id=group.pk,
        name=group.name,
        percent=plain(group.percent),
        is_control=group.is_control,
        destinations=tuple(map(_assigned, group.destinations.all())),
    )


def _assigned(destination: GroupDestination) -> Assigned:
    return Assigned(template=destination.data_template_id, attributes=destination.sent_attributes)


def _timing(schedule: Schedule | None) -> Timing:
    if schedule is None:
        return Timing()
    return Timing(is_recurring=schedule.repeats, at_once=False, schedule=schedule)
