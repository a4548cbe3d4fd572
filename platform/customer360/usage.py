"""Who uses what: the apps above register here on start-up, because this app may not import them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.access import Access
    from customer360.models import Query, Table


@dataclass(frozen=True, slots=True)
class Use:
    """Something that uses a table or query: its kind, its name for people, and its page inside the tenant."""

    kind: str
    name: str
    url: str = ""


TableUsers = Callable[["Table", "Access | None"], Iterable[Use]]
QueryUsers = Callable[[Collection[int], "Access | None"], Mapping[int, Iterable[Use]]]
Pins = Callable[[], Iterable[int]]

_table_users: list[TableUsers] = []
_query_users: list[QueryUsers] = []
_pins: list[Pins] = []


def register_table_users(find: TableUsers) -> None:
    """`find` returns what uses a table, in the active tenant.

    It names what a person with this access may know of, or everything if None.
    """
    _table_users.append(find)


def register_query_users(find: QueryUsers) -> None:
    """`find` returns what uses each of these queries, by their ids, in the active tenant.

    It names what a person with this access may know of, or everything if None.
    """
    _query_users.append(find)


def register_pins(find: Pins) -> None:
    """`find` returns the ids of table versions that must not be removed, in the active tenant."""
    _pins.append(find)


def uses_of(table: Table, access: Access | None = None) -> list[Use]:
    return [use for find in _table_users for use in find(table, access)]


def uses_of_queries(queries: Iterable[Query], access: Access | None) -> dict[int, list[Use]]:
    """What uses each of them, by id; takes one database query per registered kind of use."""
    ids = [query.pk for query in queries]
    found: dict[int, list[Use]] = defaultdict(list)
    for find in _query_users:
        for pk, uses in find(ids, access).items():
            found[pk].extend(uses)
    return found


def uses_of_query(query: Query, access: Access | None) -> list[Use]:
    return uses_of_queries([query], access)[query.pk]


def listed(seen: Collection[str], *, of: int) -> str:
    """What uses something, naming what the person may see; of the rest only that it exists."""
    unseen = ["something that you may not see"] if len(seen) < of else []
    return ", ".join([*seen, *unseen])


def named(known: Collection[Use], *, of: int) -> str:
    """“query “Lapsed”, something that you may not see”: see `listed`."""
    return listed([f"{use.kind.lower()} “{use.name}”" for use in known], of=of)


def pinned_versions() -> set[int]:
    return {version for find in _pins for version in find()}
