"""The errors of campaigns, with messages for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class CampaignError(Exception):
    """The message is for people: what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, the field of the editor to change, and the id of its sub-audience, if it is in one."""

    field: str
    message: str
    part: int | None = None


class CampaignDraftError(CampaignError):
    """The campaign can't be saved like this."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class CampaignIncompleteError(CampaignError):
    """Something that a send needs is missing or no longer usable."""


class CampaignStateError(CampaignError):
    """The campaign's status does not allow this now."""


class CampaignChangedError(CampaignError):
    """Someone else has saved the campaign since it was opened."""


class CampaignUnsureError(CampaignError):
    """It can be done, but has to be confirmed: `questions` say what."""

    def __init__(self, questions: Sequence[str]) -> None:
        super().__init__(" ".join(questions))
        self.questions = tuple(questions)
