from __future__ import annotations

from django.apps import AppConfig


class HubSpotConfig(AppConfig):
    name = "destinations.hubspot"
    label = "hubspot"
    verbose_name = "HubSpot"
