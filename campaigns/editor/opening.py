"""Turns a saved campaign into the document that the editor changes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from campaigns.attributes import ATTRIBUTES
from campaigns.editor.content import Assigned, Content, Group, Part, Timing, plain
from campaigns.models import CampaignSegment, Direction, GroupDestination, SubAudience, TreatmentGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.models import Campaign
    from destinations.schedules.recurrence import Schedule


def content_of(campaign: Campaign) -> Content:
    """The campaign as it is saved, in four queries and without a model object for each of its hundreds of rows."""
    links = CampaignSegment.objects.filter(campaign=campaign).values_list("direction", "segment")
    groups = _groups(campaign)
    parts = SubAudience.objects.filter(campaign=campaign).values("id", "name", "is_remaining", "segment", "rules")
    return Content(
        name=campaign.name,
        include=tuple(segment for direction, segment in links if direction == Direction.INCLUDE),
        exclude=tuple(segment for direction, segment in links if direction == Direction.EXCLUDE),
        first_match_only=campaign.assign_first_match_only,
        parts=tuple(Part(groups=groups.get(row["id"], ()), **row) for row in parts),
        timing=_timing(campaign.schedule),
        launch_date=campaign.launch_date.isoformat() if campaign.launch_date else "",
    )


def _groups(campaign: Campaign) -> Mapping[int, tuple[Group, ...]]:
    """Groups by the id of their sub-audience."""
    assigned = _assigned(campaign)
    found: dict[int, list[Group]] = defaultdict(list)
    rows = TreatmentGroup.objects.filter(campaign=campaign)
    for pk, part, name, percent, is_control in rows.values_list(
        "pk", "sub_audience", "name", "percent", "is_control"
    ):
        group = Group(
            id=pk, name=name, percent=plain(percent), is_control=is_control, destinations=tuple(assigned[pk])
        )
        found[part].append(group)
    return {part: tuple(groups) for part, groups in found.items()}


def _assigned(campaign: Campaign) -> Mapping[int, list[Assigned]]:
    """Destinations by the id of their group."""
    found: dict[int, list[Assigned]] = defaultdict(list)
    rows = GroupDestination.objects.filter(group__campaign=campaign)
    for group, template, attributes in rows.values_list("group", "data_template", "attributes"):
        found[group].append(Assigned(template=template, attributes=ATTRIBUTES.validate_python(attributes)))
    return found


def _timing(schedule: Schedule | None) -> Timing:
    if schedule is None:
        return Timing()
    return Timing(is_recurring=schedule.repeats, at_once=False, schedule=schedule)
