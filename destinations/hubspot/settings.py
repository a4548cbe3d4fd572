from __future__ import annotations

from typing import Literal

from destinations.delivery.specs import ForeignMembers
from destinations.settings import DestinationSettings


class HubSpotSettings(DestinationSettings):
    audience_key: Literal["email"] = "email"
    foreign_members: ForeignMembers = ForeignMembers.REMOVE
