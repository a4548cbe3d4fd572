from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import sqlite3

    from destinations.hubspot.sandbox.store.database import Database


class Tier(Enum):
    """A subscription: calls per ten seconds of one private app, calls per day of the account."""

    FREE = (100, 250_000)
    PROFESSIONAL = (190, 625_000)
    ENTERPRISE = (190, 1_000_000)

    @property
    def burst(self) -> int:
        return self.value[0]

    @property
    def daily(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Portal:
    """One HubSpot account."""

    id: int
    name: str
    tier: Tier
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def _portal(row: sqlite3.Row) -> Portal:
    return Portal(row["id"], row["name"], Tier[row["tier"]], row["time_zone"])


class Portals:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, portal: int) -> Portal | None:
        row = self._database.row("SELECT * FROM portal WHERE id = ?", portal)
        return _portal(row) if row else None

    def all(self) -> list[Portal]:
        return [_portal(row) for row in self._database.rows("SELECT * FROM portal ORDER BY id")]

    def save(self, portal: Portal) -> None:
        self._database.run(
            "INSERT INTO portal (id, name, tier, time_zone) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET name = excluded.name, tier = excluded.tier",
            portal.id,
            portal.name,
            portal.tier.name,
            portal.time_zone,
        )

    def remove(self, portal: int) -> None:
        self._database.run("DELETE FROM portal WHERE id = ?", portal)
