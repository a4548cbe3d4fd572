"""Whether a campaign could be sent now, by whom, and what prevents it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from campaigns.audience.framing import current_frame
from campaigns.audience.sources import attribute_problems
from campaigns.criteria import UNREADABLE, readable
from campaigns.editor import criteria
from campaigns.errors import CampaignIncompleteError
from campaigns.models import Direction
from campaigns.runs import deliveries
from customer360.errors import Customer360Error
from destinations import sending
from destinations.delivery.services import places_to_claim, taken
from destinations.errors import NameTemplateError
from destinations.models import DataTemplate
from segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from accounts.access import Access
    from campaigns.audience.planning import Frame
    from campaigns.models import Campaign, GroupDestination
    from destinations.delivery.specs import ConnectorSettings, TargetSpec

    Landing: TypeAlias = tuple[ConnectorSettings, TargetSpec]

SEND, ACTIVATE = "campaign:send", "destination:activate"


def require_ready(campaign: Campaign, access: Access) -> None:
    """Raises ActionRefused when this person may not send, CampaignIncompleteError with the first obstacle."""
    access.require(SEND)
    access.require(ACTIVATE)
    for obstacle in obstacles(campaign, access):
        raise CampaignIncompleteError(obstacle)


def require_open(campaign: Campaign, access: Access) -> None:
    """Like `require_ready`, but only for the person: what they may do, and where they may send."""
    access.require(SEND)
    access.require(ACTIVATE)
    for obstacle in _destination_obstacles(campaign, access):
        raise CampaignIncompleteError(obstacle)


def obstacles(campaign: Campaign, access: Access) -> Iterator[str]:
    """What prevents a send, in words that say what to do; read the campaign with `whole()`."""
    yield from _audience_obstacles(campaign)
    yield from _criteria_obstacles(campaign)
    yield from _destination_obstacles(campaign, access)
    yield from _attribute_obstacles(campaign)
    yield from _place_obstacles(campaign)


def used_segments(campaign: Campaign) -> list[Segment]:
    """Every segment that decides who is in the campaign, once."""
    chosen = [link.segment for link in campaign.campaign_segments.all()]
    parts = [part.segment for part in campaign.sub_audiences.all() if part.segment]
    return list(dict.fromkeys([*chosen, *parts]))


def segments_asked_about(campaign: Campaign) -> set[int]:
    """Ids of all segments that the campaign uses, including those in its criteria."""
    own = (rules.segments for rules in map(readable, _criteria_of(campaign).values()) if rules)
    return {segment.pk for segment in used_segments(campaign)}.union(*own)


def _audience_obstacles(campaign: Campaign) -> Iterator[str]:
    if not any(link.direction == Direction.INCLUDE for link in campaign.campaign_segments.all()):
        yield "The audience is empty: include at least one segment."
    for segment in used_segments(campaign):
        if segment.status != Segment.Status.ACTIVE:
            yield f"The segment “{segment}” is a draft. Activate it, or take it out of the campaign."


def _criteria_obstacles(campaign: Campaign) -> Iterator[str]:
    stored = _criteria_of(campaign)
    read = {part: rules for part, each in stored.items() if (rules := readable(each))}
    for part in (each for each in campaign.sub_audiences.all() if each.pk in stored.keys() - read.keys()):
        yield UNREADABLE.format(part)
    own = {part: stored[part] for part in read}
    asked = {part: rules.segments for part, rules in read.items()}
    known = Segment.objects.in_bulk(set().union(*asked.values()))
    wrong = criteria.wrong_in(own, _frame()) if own else {}
    for part in (each for each in campaign.sub_audiences.all() if each.pk in own):
        out_of_use = [words for pk in sorted(asked[part.pk]) if (words := _out_of_use(known.get(pk)))]
        yield from (f"The criteria of “{part}” ask about {words}" for words in out_of_use)
        if wrong.get(part.pk) and not out_of_use:
            yield f"Edit the criteria of “{part}”. {next(iter(wrong[part.pk].values()))}"


def _frame() -> Frame | None:
    """None while there are no customers: the count says so."""
    try:
        return current_frame()
    except Customer360Error:
        return None


def _out_of_use(segment: Segment | None) -> str:
    """Why it is undefined who is in the segment, and what to do; empty when all is well."""
    if segment is None:
        return "a segment that was deleted. Edit the criteria."
    if segment.status != Segment.Status.ACTIVE:
        return f"the segment “{segment}”, which is a draft. Activate it, or edit the criteria."
    return ""


def _criteria_of(campaign: Campaign) -> dict[int, dict[str, Any]]:
    return {part.pk: part.rules for part in campaign.sub_audiences.all() if part.rules is not None}


def _destination_obstacles(campaign: Campaign, access: Access) -> Iterator[str]:
    usable = set(DataTemplate.objects.visible_to(access).for_campaigns().values_list("pk", flat=True))
    treatments = [group for part in campaign.sub_audiences.all() for group in part.groups.all()]
    for group in (group for group in treatments if not group.is_control):
        if not group.destinations.all():
            yield f"No destination has been set for “{group}”."
        for destination in group.destinations.all():
            if destination.data_template_id not in usable:
                yield f"A data template of “{group}” is not open to you. Choose another one."


def _attribute_obstacles(campaign: Campaign) -> Iterator[str]:
    groups = [group for part in campaign.sub_audiences.all() for group in part.groups.all()]
    sent = [destination for group in groups for destination in group.destinations.all()]
    yield from attribute_problems(attribute for each in sent for attribute in each.sent_attributes)


def _place_obstacles(campaign: Campaign) -> Iterator[str]:
    """A treatment may share its list or field with nothing else: each would undo what the other does."""
    landings = dict(_landings(campaign))
    wanted = {each.pk: where for each, where in landings.items()}
    places = places_to_claim(kind=deliveries.OWNER, wanted=wanted)
    others = taken(place for mine in places.values() for place in mine)
    first: dict[str, GroupDestination] = {}
    for destination in (each for each in landings if each.pk in places):
        mine = places[destination.pk]
        rivals = [first.setdefault(place, destination) for place in mine]
        yield from (_shared(rival, destination) for rival in rivals if rival is not destination)
        if others.intersection(mine):
            yield (
                f"The list or field that “{destination.data_template}” names for “{destination.group}” belongs to "
                "another audience. Choose another data template, or another name."
            )


def _shared(first: GroupDestination, second: GroupDestination) -> str:
    return (
        f"“{first.group}” and “{second.group}” would be sent to the same list by “{second.data_template}”. "
        "Choose another data template for one, or have {{ group_name }} put into its list name."
    )


def _landings(campaign: Campaign) -> Iterator[tuple[GroupDestination, Landing]]:
    """Where each treatment lands; a name that can't be made is reported when it is sent."""
    for group in (group for part in campaign.sub_audiences.all() for group in part.groups.all()):
        group.campaign = campaign
        for destination in group.destinations.all():
            with suppress(NameTemplateError):
                spec = deliveries.target_spec(destination)
                yield destination, (sending.connector_settings(destination.data_template.destination), spec)
