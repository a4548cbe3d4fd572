"""HubSpot's answers as values. A batch's answer accounts for every input, whatever its status code.

Each input of a batch is in exactly one place: done, `missing` (HubSpot says it does not exist), `refused` (HubSpot
says why), or `silent`: in none of the answer's lists, as happens to ids of merged contacts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """Why one row was refused: codes and property names, never values."""

    category: str
    codes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    existing_id: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact found by an address; `email` is its primary address."""

    id: str
    email: str
    additional_emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactsRead:
    """`found` is by the address asked for; two addresses may be one contact."""

    found: Mapping[str, Contact]
    missing: frozenset[str]
    silent: frozenset[str]
    request_id: str


@dataclass(frozen=True, slots=True)
class ContactsUpdated:
    """Everything by record id."""

    updated: frozenset[str]
    missing: frozenset[str]
    refused: Mapping[str, RowRefusal]
    silent: frozenset[str]
    request_id: str


@dataclass(frozen=True, slots=True)
class ContactsCreated:
    """Everything by trace id; `created` maps to record ids."""

    created: Mapping[str, str]
    refused: Mapping[str, RowRefusal]
    silent: frozenset[str]
    request_id: str


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """Ids in none of the three were already as wanted: members, or not members."""

    added: frozenset[str]
    removed: frozenset[str]
    missing: frozenset[str]
    request_id: str


@dataclass(frozen=True, slots=True)
class ContactList:
    id: str
    name: str
    processing_type: str
    object_type: str
    size: int | None

    @property
    def takes_members(self) -> bool:
        """Whether contacts can be added to it directly."""
        return self.processing_type == "MANUAL" and self.object_type == "0-1"


@dataclass(frozen=True, slots=True)
class MembersRead:
    """One page of a list's members by record id; `after` is None on the last."""

    ids: tuple[str, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class PropertyOption:
    value: str
    label: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ContactProperty:
    name: str
    label: str
    type: str
    field_type: str
    group: str
    options: tuple[PropertyOption, ...]
    is_writable: bool
    is_hidden: bool
    has_unique_value: bool
    description: str = ""


@dataclass(frozen=True, slots=True)
class PropertyRule:
    """A rule of the account's administrators for the values of a property, such as MAX_LENGTH 40."""

    property: str
    type: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountDetails:
    portal: int
    account_type: str
    time_zone: str
    ui_domain: str
    data_location: str


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """The owner and permissions of a private-app token or service key."""

    portal: int
    app: int
    user: int
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """Calls of all private apps of the account since its midnight; HubSpot may lag a few calls behind."""

    used: int
    limit: int
    resets_at: datetime
