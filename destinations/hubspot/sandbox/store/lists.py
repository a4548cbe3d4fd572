from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from destinations.hubspot.sandbox.store.database import Database


@dataclass(frozen=True, slots=True)
class ContactList:
    """A list of contacts; `processing` is MANUAL, DYNAMIC or SNAPSHOT, times in milliseconds since 1970."""

    id: int
    portal: int
    name: str
    processing: str
    filters: dict[str, Any] | None
    version: int
    created: int
    updated: int
    deleted: int | None
    size: int

    @property
    def is_dynamic(self) -> bool:
        return self.processing == "DYNAMIC"


@dataclass(frozen=True, slots=True)
class Membership:
    contact: int
    joined: int


def _list(row: sqlite3.Row) -> ContactList:
    values = {column.name: row[column.name] for column in fields(ContactList)}
    return ContactList(**values | {"filters": json.loads(row["filters"]) if row["filters"] else None})


class Lists:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, portal: int, key: int, *, deleted: bool = False) -> ContactList | None:
        row = self._database.row(
            "SELECT * FROM sized_list WHERE portal = ? AND id = ? AND (deleted IS NOT NULL) = ?",
            portal,
            key,
            deleted,
        )
        return _list(row) if row else None

    def named(self, portal: int, name: str) -> ContactList | None:
        """Names are compared case-insensitively."""
        row = self._database.row(
            "SELECT * FROM sized_list WHERE id = "
            "(SELECT id FROM list WHERE portal = ? AND folded = ? AND deleted IS NULL)",
            portal,
            name.strip().casefold(),
        )
        return _list(row) if row else None

    def all(self, portal: int) -> list[ContactList]:
        rows = self._database.rows(
            "SELECT * FROM sized_list WHERE portal = ? AND deleted IS NULL ORDER BY id", portal
        )
        return [_list(row) for row in rows]

    def insert(self, portal: int, name: str, processing: str, filters: dict[str, Any] | None, now: int) -> int:
        cursor = self._database.run(
            "INSERT INTO list (portal, name, folded, processing, filters, created, updated) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            portal,
            name,
            name.strip().casefold(),
            processing,
            json.dumps(filters) if filters is not None else None,
            now,
            now,
        )
        return cursor.lastrowid or 0

    def rename(self, key: int, name: str, now: int) -> None:
        self._database.run(
            "UPDATE list SET name = ?, folded = ?, updated = ?, version = version + 1 WHERE id = ?",
            name,
            name.strip().casefold(),
            now,
            key,
        )

    def set_filters(self, key: int, filters: dict[str, Any], now: int) -> None:
        self._database.run(
            "UPDATE list SET filters = ?, updated = ?, version = version + 1 WHERE id = ?",
            json.dumps(filters),
            now,
            key,
        )

    def mark_deleted(self, key: int, at: int | None) -> None:
        """Deleted lists keep their members; `at` None restores a list."""
        self._database.run("UPDATE list SET deleted = ? WHERE id = ?", at, key)

    def add(self, key: int, contacts: Sequence[int], now: int) -> list[int]:
        """Returns the contacts that were not members before, in the order given."""
        held = self._held(key, contacts)
        joining = [contact for contact in dict.fromkeys(contacts) if contact not in held]
        self._database.run_many(
            "INSERT INTO membership (list, contact, joined) VALUES (?, ?, ?)",
            [(key, contact, now) for contact in joining],
        )
        return joining

    def remove(self, key: int, contacts: Sequence[int]) -> list[int]:
        """Returns the contacts that were members until now, in the order given."""
        held = self._held(key, contacts)
        leaving = [contact for contact in dict.fromkeys(contacts) if contact in held]
        self._database.run_many(
            "DELETE FROM membership WHERE list = ? AND contact = ?", [(key, contact) for contact in leaving]
        )
        return leaving

    def remove_all(self, key: int) -> None:
        self._database.run("DELETE FROM membership WHERE list = ?", key)

    def copy_members(self, source: int, target: int, now: int) -> None:
        self._database.run(
            "INSERT OR IGNORE INTO membership (list, contact, joined) "
            "SELECT ?, contact, ? FROM membership WHERE list = ?",
            target,
            now,
            source,
        )

    def members_after(self, key: int, contact: int, limit: int) -> list[Membership]:
        return self._members(
            "SELECT contact, joined FROM membership WHERE list = ? AND contact > ? ORDER BY contact LIMIT ?",
            key,
            contact,
            limit,
        )

    def members_before(self, key: int, contact: int, limit: int) -> list[Membership]:
        return self._members(
            "SELECT contact, joined FROM membership WHERE list = ? AND contact < ? ORDER BY contact DESC LIMIT ?",
            key,
            contact,
            limit,
        )

    def members_by_join(self, key: int, skip: int, limit: int) -> list[Membership]:
        return self._members(
            "SELECT contact, joined FROM membership WHERE list = ? ORDER BY joined, contact LIMIT ? OFFSET ?",
            key,
            limit,
            skip,
        )

    def of_contact(self, contact: int) -> list[tuple[ContactList, int]]:
        """The lists, deleted ones excepted, that a contact is on, and since when."""
        rows = self._database.rows(
            "SELECT sized_list.*, joined FROM membership JOIN sized_list ON sized_list.id = membership.list "
            "WHERE contact = ? AND deleted IS NULL ORDER BY sized_list.id",
            contact,
        )
        return [(_list(row), row["joined"]) for row in rows]

    def _held(self, key: int, contacts: Sequence[int]) -> set[int]:
        rows = self._database.rows(
            "SELECT contact FROM json_each(?) AS wanted "
            "CROSS JOIN membership ON list = ? AND contact = wanted.value",
            json.dumps(list(contacts)),
            key,
        )
        return {row["contact"] for row in rows}

    def _members(self, statement: str, *parameters: object) -> list[Membership]:
        return [Membership(*row) for row in self._database.rows(statement, *parameters)]
