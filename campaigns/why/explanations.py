"""A customer's way through a campaign for people: the steps in order, what each decided, and the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.audience.assignment import POSITIONS, Division
from campaigns.audience.planning import division_of
from ui import formats

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
    from campaigns.why.outcomes import Outcome
    from campaigns.why.verdicts import Found, Line, Rule


@dataclass(frozen=True, slots=True)
class Step:
    """One rule: what it asks, whether it holds, and which of its conditions do; `verdict` says what that means."""

    name: str
    verdict: str
    holds: bool
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """Rules of one kind; `reached` is false when an earlier stage has decided already."""

    title: str
    steps: tuple[Step, ...]
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """The sub-audience and group that the customer is assigned to, and why that group."""

    part: SubAudienceDraft
    group: GroupDraft
    why: str
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    found: Found
    draft: CampaignDraft
    places: tuple[Place, ...]
    key: str | None  # None where the reader may not see it

    @property
    def conclusion(self) -> str:
        if not self.found.is_included:
            return "Not in the campaign: they are in none of the included segments."
        if self.found.is_excluded:
            names = [f"“{rule.name}”" for rule in self.found.of_kind("exclude") if rule.holds]
            return f"Not in the campaign: excluded by {' and '.join(names)}."
        if not self.places:
            return "Not in the campaign: no sub-audience matches, and it has no remaining recipients."
        return " ".join(map(_concluded, self.places))

    @property
    def is_in(self) -> bool:
        return bool(self.places)

    @property
    def stages(self) -> list[Stage]:
        included = self.found.is_included
        return [
            Stage("Included segments", tuple(_steps(self.found.of_kind("include"), "In", "Not in"))),
            Stage("Excluded segments", tuple(_steps(self.found.of_kind("exclude"), "In", "Not in")), included),
            Stage("Sub-audiences", tuple(self._parts()), included and not self.found.is_excluded),
        ]

    def _parts(self) -> Iterator[Step]:
        rules = self.found.of_parts
        has_matched = False
        for part in self.draft.sub_audiences:
            rule = rules.get(part.id)
            holds = rule.holds if rule else not any(other.holds for other in rules.values())
            verdict = self._verdict(part, holds=holds, has_matched=has_matched)
            has_matched = has_matched or holds
            yield Step(part.name, verdict, holds, rule.lines if rule else ())

    def _verdict(self, part: SubAudienceDraft, *, holds: bool, has_matched: bool) -> str:
        """`has_matched`: an earlier sub-audience did. An unassigned first match is a control elsewhere."""
        if part.id in {place.part.id for place in self.places}:
            return "Assigned here"
        if not holds:
            return "Does not match"
        if not self.places:
            return "Matches"
        return "Matches, too late" if self.draft.first_match_only and has_matched else "Matches, but kept back"


def place_of(found: Found, draft: CampaignDraft, ids: tuple[int, int]) -> Place | None:
    """The place by its ids; None for a part or group that is not in the draft."""
    part = next((part for part in draft.sub_audiences if part.id == ids[0]), None)
    group = next((group for group in part.groups if group.id == ids[1]), None) if part else None
    return Place(part, group, _why(found, part, group)) if part and group else None


def _why(found: Found, part: SubAudienceDraft, group: GroupDraft) -> str:
    rule = found.of_parts.get(part.id)
    if group.is_control and rule is not None and not rule.holds:
        return f"They were kept back as a control of “{part.name}” in an earlier run, and stay one."
    shares = "; ".join(_shares(division_of(part), part.groups))
    return f"Their fixed place in this campaign is {_share(found.position)}. {shares}."


def _shares(division: Division, groups: Sequence[GroupDraft]) -> Iterator[str]:
    names, begin = {group.id: group.name for group in groups}, 0
    for group_id, end in division.bounds():
        yield f"“{names[group_id]}” takes {_share(begin)} to {_share(end)}"
        begin = end


def _share(position: int) -> str:
    return formats.percent(position / POSITIONS)


def _steps(rules: Sequence[Rule], yes: str, no: str) -> Iterator[Step]:
    for rule in rules:
        yield Step(rule.name, yes if rule.holds else no, rule.holds, rule.lines)


def _concluded(place: Place) -> str:
    if place.group.is_control:
        return f"Kept back: a control of “{place.part.name}”. Controls are never sent."
    return f"In “{place.group.name}” of “{place.part.name}”."
