"""One module per app; importing this package registers them all."""

from __future__ import annotations

from tests.access.objects import (
    accounts,
    campaigns,
    customer360,
    deliveries,
    destinations,
    imports,
    library,
    notifications,
    orchestrations,
    queries,
    segments,
)

__all__ = [
    "accounts",
    "campaigns",
    "customer360",
    "deliveries",
    "destinations",
    "imports",
    "library",
    "notifications",
    "orchestrations",
    "queries",
    "segments",
]
