from __future__ import annotations

from typing import Literal

from destinations.settings import DestinationSettings


class HubSpotSettings(DestinationSettings):
    audience_key: Literal["email"] = "email"
