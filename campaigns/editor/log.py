"""What was changed in an editor lately, and by whom: so that nobody's change is lost to another's."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, TypeAdapter

KEPT = 100
MOST_TAKEN_BACK = 30
EVERYTHING = "everything"
"""The place of a change to all of the campaign: it was saved, or its edits were discarded."""


class Logged(BaseModel):
    """`page` is the opened page from which it came: two pages of one person are two."""

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
