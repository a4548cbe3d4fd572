from __future__ import annotations

from typing import Annotated, Literal

from destinations.asking import Asked
from destinations.settings import DestinationSettings


class HubSpotSettings(DestinationSettings):
    audience_key: Annotated[
        Literal["email"],
        Asked(label="Audience primary key", help="By which customers are found in HubSpot."),
    ] = "email"
