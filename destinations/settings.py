"""Settings that every destination has, whatever its plugin; each plugin adds its own in a subclass."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from destinations.delivery.specs import ForeignMembers, Guards


class DestinationSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    create_new_contacts: bool = False
    foreign_members: ForeignMembers = ForeignMembers.REMOVE
    guards: Guards = Guards()
    # Percent of the account's calls that Muster may use; the rest is left to other apps.
    quota_share: Annotated[int, Field(ge=1, le=100)] = 100
    # Calls a day that Muster may use, where the destination does not tell it the account's limit.
    daily_calls: Annotated[int, Field(ge=1)] | None = None
