from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from destinations.hubspot.sandbox.store.standard import STANDARD_PROPERTIES

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.store.database import Database


@dataclass(frozen=True)
class Property:
    """The definition of a contact property, wrapping its JSON form."""

    wire: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.wire["name"])

    @property
    def type(self) -> str:
        return str(self.wire["type"])

    @property
    def field_type(self) -> str:
        return str(self.wire["fieldType"])

    @property
    def options(self) -> list[str]:
        return [str(option["value"]) for option in self.wire["options"]]

    @property
    def is_writable(self) -> bool:
        return not (self.wire["calculated"] or self.wire["modificationMetadata"]["readOnlyValue"])

    @property
    def is_archived(self) -> bool:
        return bool(self.wire["archived"])

    @property
    def is_custom(self) -> bool:
        return not self.wire["hubspotDefined"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that an administrator of the account set for the values of a property."""

    property: str
    type: str
    arguments: list[str]


class Properties:
    """The contact properties of all accounts: the standard ones, and what each account added or changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, dict[str, Property]] = {}
        self._rules: dict[int, list[Rule]] = {}

    def forget(self) -> None:
        """Drops the cache, so that the next call reads again."""
        self._known.clear()
        self._rules.clear()

    def of(self, portal: int) -> dict[str, Property]:
        """Every property by name, archived ones too."""
        if portal not in self._known:
            rows = self._database.rows("SELECT definition FROM property WHERE portal = ? ORDER BY name", portal)
            own = [Property(json.loads(row["definition"])) for row in rows]
            self._known[portal] = STANDARD | {each.name: each for each in own}
        return self._known[portal]

    def save(self, portal: int, definition: Property, *, visible: int) -> None:
        """`visible`: from when on reads show it, in milliseconds since 1970."""
        self._database.run(
            "INSERT OR REPLACE INTO property (portal, name, definition, visible) VALUES (?, ?, ?, ?)",
            portal,
            definition.name,
            json.dumps(definition.wire),
            visible,
        )
        self._known.pop(portal, None)

    def hidden(self, portal: int, now: int) -> set[str]:
        """Names of properties that were created too recently to be read."""
        rows = self._database.rows("SELECT name FROM property WHERE portal = ? AND visible > ?", portal, now)
        return {row["name"] for row in rows}

    def rules(self, portal: int) -> list[Rule]:
        if portal not in self._rules:
            rows = self._database.rows("SELECT * FROM rule WHERE portal = ? ORDER BY property, type", portal)
            self._rules[portal] = [
                Rule(row["property"], row["type"], json.loads(row["arguments"])) for row in rows
            ]
        return self._rules[portal]

    def save_rule(self, portal: int, rule: Rule) -> None:
        self._database.run(
            "INSERT OR REPLACE INTO rule (portal, property, type, arguments) VALUES (?, ?, ?, ?)",
            portal,
            rule.property,
            rule.type,
            json.dumps(rule.arguments),
        )
        self._rules.pop(portal, None)


STANDARD = {wire["name"]: Property(wire) for wire in STANDARD_PROPERTIES}
