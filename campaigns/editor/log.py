"""The latest changes in an editor and who made them, so that nobody's change is overwritten unseen."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, TypeAdapter

KEPT = 100
MOST_TAKEN_BACK = 30
EVERYTHING = "everything"
"""The place of a change to the whole campaign: it was saved, or its edits were discarded."""


class Logged(BaseModel):
    """`page` is the open page that it came from: one person may have several."""

    model_config = ConfigDict(frozen=True)

    revision: int
    page: str
    person: str
    place: str
    words: str
    at: datetime

    def touches(self, place: str) -> bool:
        return self.place in {place, EVERYTHING}


LOG = TypeAdapter(tuple[Logged, ...])
