from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from destinations.hubspot.sandbox.clock import timestamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from destinations.hubspot.sandbox.store.database import Database


@dataclass(frozen=True, slots=True)
class Contact:
    """One person. `email` is the primary address; times in milliseconds since 1970; values are strings."""

    id: int
    portal: int
    email: str | None
    created: int
    updated: int
    additional: tuple[str, ...] = ()
    merged: tuple[int, ...] = ()
    archived: bool = False
    properties: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        """A property as HubSpot shows it, the calculated ones too; None when it has no value."""
        calculated = CALCULATED.get(name)
        return calculated(self) if calculated else self.properties.get(name)

    @property
    def addresses(self) -> tuple[str, ...]:
        return ((self.email,) if self.email else ()) + self.additional

    @property
    def name(self) -> str:
        parts = (self.properties.get("firstname"), self.properties.get("lastname"))
        return " ".join(part for part in parts if part)


CALCULATED: dict[str, Callable[[Contact], str | None]] = {
    "email": lambda contact: contact.email,
    "hs_object_id": lambda contact: str(contact.id),
    "createdate": lambda contact: timestamp(contact.created),
    "lastmodifieddate": lambda contact: timestamp(contact.updated),
    "hs_additional_emails": lambda contact: ";".join(contact.additional) or None,
    "hs_merged_object_ids": lambda contact: ";".join(map(str, contact.merged)) or None,
    "hs_email_domain": lambda contact: contact.email.rpartition("@")[2] if contact.email else None,
}


def _contact(row: sqlite3.Row) -> Contact:
    return Contact(
        id=row["id"],
        portal=row["portal"],
        email=row["email"],
        created=row["created"],
        updated=row["updated"],
        additional=tuple(row["additional"].split(";")) if row["additional"] else (),
        merged=tuple(map(int, row["merged"].split(";"))) if row["merged"] else (),
        archived=bool(row["archived"]),
        properties=json.loads(row["properties"]),
    )


class Contacts:
    """The contacts of all accounts; every method takes the account it may see."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_ids(self, portal: int, ids: Iterable[int], *, archived: bool = False) -> dict[int, Contact]:
        rows = self._database.rows(
            "SELECT contact.* FROM json_each(?) AS wanted CROSS JOIN contact ON contact.id = wanted.value "
            "WHERE portal = ? AND archived = ?",
            json.dumps(list(ids)),
            portal,
            archived,
        )
        return {row["id"]: _contact(row) for row in rows}

    def by_emails(self, portal: int, emails: Iterable[str]) -> dict[str, Contact]:
        """Found by primary or secondary address, given in lower case."""
        rows = self._database.rows(
            "SELECT address.email AS asked, contact.* FROM json_each(?) AS wanted "
            "CROSS JOIN address ON address.portal = ? AND address.email = wanted.value "
            "CROSS JOIN contact ON contact.id = address.contact",
            json.dumps(list(emails)),
            portal,
        )
        return {row["asked"]: _contact(row) for row in rows}

    def survivors(self, portal: int, ids: Iterable[int]) -> dict[int, Contact]:
        """The surviving contact for each id of a merged one."""
        rows = self._database.rows(
            "SELECT merged.id AS asked, contact.* FROM json_each(?) AS wanted "
            "CROSS JOIN merged ON merged.id = wanted.value CROSS JOIN contact ON contact.id = merged.survivor "
            "WHERE portal = ? AND NOT archived",
            json.dumps(list(ids)),
            portal,
        )
        return {row["asked"]: _contact(row) for row in rows}

    def holder(self, portal: int, email: str) -> int | None:
        """The id of the contact that has this address, primary or secondary."""
        found = self._database.value("SELECT contact FROM address WHERE portal = ? AND email = ?", portal, email)
        return int(found) if found is not None else None

    def living(self, portal: int, ids: Iterable[int]) -> list[int]:
        rows = self._database.rows(
            "SELECT contact.id FROM json_each(?) AS wanted CROSS JOIN contact ON contact.id = wanted.value "
            "WHERE portal = ? AND NOT archived",
            json.dumps(list(ids)),
            portal,
        )
        return [row["id"] for row in rows]

    def page(self, portal: int, *, after: int, limit: int, archived: bool = False) -> list[Contact]:
        rows = self._database.rows(
            "SELECT * FROM contact WHERE portal = ? AND archived = ? AND id > ? ORDER BY id LIMIT ?",
            portal,
            archived,
            after,
            limit,
        )
        return [_contact(row) for row in rows]

    def each(self, portal: int) -> Iterator[Contact]:
        cursor = self._database.run("SELECT * FROM contact WHERE portal = ? AND NOT archived ORDER BY id", portal)
        return (_contact(row) for row in cursor)

    def containing(self, portal: int, text: str, *, limit: int) -> list[Contact]:
        """Newest changes first; for people who search for someone."""
        rows = self._database.rows(
            "SELECT * FROM contact WHERE portal = ? AND NOT archived AND "
            "(instr(email, ?) OR instr(additional, ?) OR instr(lower(properties), ?)) "
            "ORDER BY updated DESC, id LIMIT ?",
            portal,
            *[text.lower()] * 3,
            limit,
        )
        return [_contact(row) for row in rows]

    def values_of(self, portal: int, name: str) -> dict[str, int]:
        """How many contacts have each value of a property."""
        rows = self._database.rows(
            "SELECT json_extract(properties, '$.' || ?) AS value, count(*) AS contacts FROM contact "
            "WHERE portal = ? AND NOT archived GROUP BY value",
            name,
            portal,
        )
        return {row["value"]: row["contacts"] for row in rows if row["value"]}

    def count(self, portal: int) -> int:
        return int(self._database.value("SELECT count(*) FROM contact WHERE portal = ? AND NOT archived", portal))

    def insert(self, portal: int, email: str | None, properties: dict[str, str], now: int) -> Contact:
        cursor = self._database.run(
            "INSERT INTO contact (portal, email, created, updated, properties) VALUES (?, ?, ?, ?, ?)",
            portal,
            email,
            now,
            now,
            json.dumps(properties, separators=(",", ":")),
        )
        contact = Contact(cursor.lastrowid or 0, portal, email, now, now, properties=properties)
        self._write_addresses(contact)
        return contact

    def insert_many(self, portal: int, people: Sequence[tuple[str, dict[str, str]]], now: int) -> None:
        """New contacts, whose addresses must be unused; for filling an account quickly."""
        first = int(self._database.value("SELECT seq FROM sqlite_sequence WHERE name = 'contact'")) + 1
        rows = [
            (first + index, portal, email, now, now, json.dumps(properties, separators=(",", ":")))
            for index, (email, properties) in enumerate(people)
        ]
        self._database.run_many(
            "INSERT INTO contact (id, portal, email, created, updated, properties) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
        self._database.run_many(
            "INSERT INTO address (portal, email, contact) VALUES (?, ?, ?)",
            [(portal, row[2], row[0]) for row in rows],
        )

    def save(self, before: Contact, after: Contact) -> None:
        self._database.run(
            "UPDATE contact SET email = ?, additional = ?, merged = ?, updated = ?, archived = ?, properties = ? "
            "WHERE id = ?",
            after.email,
            ";".join(after.additional),
            ";".join(map(str, after.merged)),
            after.updated,
            after.archived,
            json.dumps(after.properties, separators=(",", ":")),
            after.id,
        )
        if after.addresses != before.addresses or after.archived != before.archived:
            self._database.run_many(
                "DELETE FROM address WHERE portal = ? AND email = ?",
                [(before.portal, old) for old in before.addresses],
            )
            self._write_addresses(after)

    def archive(self, contact: Contact, now: int) -> None:
        """Frees its addresses and removes it from every list."""
        self.save(contact, replace(contact, archived=True, updated=now))
        self._database.run("DELETE FROM membership WHERE contact = ?", contact.id)

    def merge(self, survivor: Contact, other: Contact, now: int) -> None:
        """Ends the other contact; its addresses, old ids and list memberships go to the survivor."""
        self._database.run(
            "INSERT OR IGNORE INTO membership (list, contact, joined) "
            "SELECT list, ?, joined FROM membership WHERE contact = ?",
            survivor.id,
            other.id,
        )
        self.archive(other, now)
        merged = replace(
            survivor,
            additional=survivor.additional + other.addresses,
            merged=(*survivor.merged, other.id, *other.merged),
            properties=other.properties | survivor.properties,
            updated=now,
        )
        self.save(survivor, merged)
        self._database.run("UPDATE merged SET survivor = ? WHERE survivor = ?", survivor.id, other.id)
        self._database.run("INSERT INTO merged (id, survivor) VALUES (?, ?)", other.id, survivor.id)

    def _write_addresses(self, contact: Contact) -> None:
        if contact.archived:
            return
        self._database.run_many(
            "INSERT INTO address (portal, email, contact) VALUES (?, ?, ?)",
            [(contact.portal, email, contact.id) for email in contact.addresses],
        )
