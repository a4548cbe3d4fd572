"""Why the editor did not make a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.editor.log import Logged


class ChangeRefusedError(CampaignError):
    """The change can't be made as things are."""


class ChangedMeanwhileError(CampaignError):
    """Someone else has changed the same part since this person saw it; `theirs` says what."""

    def __init__(self, theirs: Sequence[Logged], mine: str) -> None:
        super().__init__("Someone else changed this in the meantime.")
        self.theirs, self.mine = tuple(theirs), mine
