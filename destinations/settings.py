"""Settings that every destination has, whatever its plugin; each plugin adds its own in a subclass."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from destinations.delivery.specs import Guards


class DestinationSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    guards: Guards = Guards()
    # Percent of the account's calls that Muster may use; the rest is left to other apps.
    quota_share: Annotated[int, Field(ge=1, le=100)] = 100
    create_new_contacts: bool = False
