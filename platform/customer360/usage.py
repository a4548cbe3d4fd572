"""Who uses what: the apps above say it here when they start, because this app may not ask them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from customer360.models import Table


@dataclass(frozen=True, slots=True)
class Use:
    """Something that uses a table: what it is, what people call it, and its page inside the tenant."""

    kind: str
    name: str
    url: str = ""


TableUsers = Callable[["Table"], Iterable[Use]]
Pins = Callable[[], Iterable[int]]

_table_users: list[TableUsers] = []
_pins: list[Pins] = []


def register_table_users(find: TableUsers) -> None:
    """`find` answers who uses a table, in the active tenant."""
    _table_users.append(find)


def register_pins(find: Pins) -> None:
    """`find` answers which table versions must not be removed, by id, in the active tenant."""
    _pins.append(find)


def uses_of(table: Table) -> list[Use]:
    return [use for find in _table_users for use in find(table)]


def pinned_versions() -> set[int]:
    return {version for find in _pins for version in find()}
