"""One module per app; importing this package registers them all."""

from __future__ import annotations

from tests.access.objects import accounts, campaigns, deliveries, destinations, library, notifications, segments

__all__ = ["accounts", "campaigns", "deliveries", "destinations", "library", "notifications", "segments"]
