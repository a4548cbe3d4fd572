"""Control groups that a change would make smaller after a send: some of the controls would then be sent to."""

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

    @property
    def question(self) -> str:
        before, after = percent(self.before / WHOLE), percent(self.after / WHOLE)
        return (
            f"The control group of “{self.sub_audience}” goes from {before} to {after}. "
            "It was sent already: some of the customers who were kept back so far would then be sent to."
        )


def lowered(campaign: Campaign, draft: CampaignDraft) -> list[Lowered]:
    """Control groups of the last send that the draft makes smaller or takes away; what is saved so is settled."""
    run = CampaignRun.objects.recorded().filter(campaign=campaign).first()
    if run is None or not run.plan:
        return []
    saved, wanted = _controls(draft_of(campaign).sub_audiences), _controls(draft.sub_audiences)
    found = []
    for part in draft_of_run(run).sub_audiences:
        before = min(_control(part), saved.get(part.id or 0, Decimal(0)))
        after = wanted.get(part.id or 0, Decimal(0))
        if after < before:
            found.append(Lowered(part.name, before, after))
    return found


def _controls(parts: Sequence[SubAudienceDraft]) -> Mapping[int, Decimal]:
    return {part.id: _control(part) for part in parts if part.id is not None}


def _control(part: SubAudienceDraft) -> Decimal:
    return sum((group.percent for group in part.groups if group.is_control), Decimal(0))
