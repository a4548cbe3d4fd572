from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING
from uuid import UUID

from destinations.hubspot.sandbox.calls import CallLog
from destinations.hubspot.sandbox.clock import Clock
from destinations.hubspot.sandbox.faults import Faults
from destinations.hubspot.sandbox.limits import Limits
from destinations.hubspot.sandbox.store.contacts import Contacts
from destinations.hubspot.sandbox.store.database import Database
from destinations.hubspot.sandbox.store.lists import Lists
from destinations.hubspot.sandbox.store.portals import Portals
from destinations.hubspot.sandbox.store.properties import Properties
from destinations.hubspot.sandbox.store.tokens import Tokens
from destinations.hubspot.sandbox.switches import Switches

if TYPE_CHECKING:
    from pathlib import Path


class Hub:
    """The simulated HubSpot: its data, its clock, its limits and its injected faults."""

    def __init__(self, data: Path | None, *, seed: int) -> None:
        self.database = Database(data)
        self.seed = seed
        self.base_url = ""
        self.clock = Clock()
        self.switches = Switches()
        self.portals = Portals(self.database)
        self.tokens = Tokens(self.database)
        self.contacts = Contacts(self.database)
        self.lists = Lists(self.database)
        self.properties = Properties(self.database)
        self.calls = CallLog()
        self._forget_the_run()
        self._recall()

    def _forget_the_run(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311  repeatable chance is the point
        self.limits = Limits(self.clock, self.switches)
        self.faults = Faults(self.clock, self.chance)

    def reset(self) -> None:
        """Clears accounts, faults and calls; the caller seeds it again within the same transaction."""
        self.clock.ahead = 0.0
        self.switches = Switches()
        self._forget_the_run()
        self.calls.reset()
        self.properties.forget()
        self.database.clear()

    def remember(self) -> None:
        """Stores switches and clock with the data, so that a restart changes neither."""
        self._keep("switches", json.dumps(self.switches.as_json()))
        self._keep("ahead", json.dumps(self.clock.ahead))

    def _keep(self, name: str, value: str) -> None:
        self.database.run("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, value)

    def _recall(self) -> None:
        kept = {row["name"]: json.loads(row["value"]) for row in self.database.rows("SELECT * FROM setting")}
        self.switches.change(kept.get("switches", {}))
        self.clock.advance(kept.get("ahead", 0.0))

    def uuid(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))
