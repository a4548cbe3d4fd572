"""Control groups that a change would make smaller after a send, so that some of the controls would be sent to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.audience.assignment import WHOLE
from campaigns.audience.planning import draft_of
from campaigns.models import CampaignRun
from campaigns.runs.snapshots import draft_of_run
from ui.formats import percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campaigns.drafts import CampaignDraft, SubAudienceDraft
    from campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class Lowered:
    """A sub-audience whose control group would be smaller than at the last send, in percent."""

    sub_audience: str
    before: Decimal
    after: Decimal
    is_removed: bool = False

    @property
    def question(self) -> str:
        before, after = percent(self.before / WHOLE), percent(self.after / WHOLE)
        if self.is_removed:
            return (
                f"The sub-audience “{self.sub_audience}” was already sent and is now removed, with its control "
                f"group of {before}. Muster then no longer holds these customers back, even if you add it again: "
                "those who move to a sub-audience with a smaller control group would be sent to."
            )
        return (
            f"The control group of “{self.sub_audience}” goes from {before} to {after}. "
            "The sub-audience was already sent: some of the customers held back until now would then be sent to."
        )

    def __str__(self) -> str:
        gone = " (removed)" if self.is_removed else ""
        return f"{self.sub_audience}: {self.before:f} % → {self.after:f} %{gone}"


def lowered(campaign: Campaign, draft: CampaignDraft) -> list[Lowered]:
    """Control groups of the last send that the draft makes smaller or removes, unless already saved like that."""
    run = CampaignRun.objects.recorded().filter(campaign=campaign).first()
    if run is None or not run.plan:
        return []
    sent, saved = draft_of_run(run), draft_of(campaign)
    return lowered_since(sent.sub_audiences, saved.sub_audiences, draft.sub_audiences)


def lowered_since(
    sent: Sequence[SubAudienceDraft], saved: Sequence[SubAudienceDraft], wanted: Sequence[SubAudienceDraft]
) -> list[Lowered]:
    """The same for the sub-audiences as they were last sent, as they are saved, and as they would be saved.

    Sub-audiences are compared by id: one that is removed and added again is another one.
    """
    before, after = _controls(saved), _controls(wanted)
    found = []
    for part in sent:
        part_id = part.id or 0
        kept_back = min(_control(part), before.get(part_id, Decimal(0)))
        share = after.get(part_id, Decimal(0))
        if share < kept_back:
            found.append(Lowered(part.name, kept_back, share, is_removed=part_id not in after))
    return found


def _controls(parts: Sequence[SubAudienceDraft]) -> Mapping[int, Decimal]:
    return {part.id: _control(part) for part in parts if part.id is not None}


def _control(part: SubAudienceDraft) -> Decimal:
    return sum((group.percent for group in part.groups if group.is_control), Decimal(0))
