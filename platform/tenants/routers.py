from __future__ import annotations

from typing import Any


class OwnerMigrates:
    """Only the owner's alias changes the schema; the application's role could not."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
