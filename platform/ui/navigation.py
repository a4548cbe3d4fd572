"""The main navigation: each app registers its entries in `ready()`, the shell shows those a person may use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from django.urls import get_script_prefix, reverse

Can: TypeAlias = Callable[[str], bool]

GROUPS = ("", "Audiences", "Delivery", "Data", "Administration")


@dataclass(frozen=True, kw_only=True)
class NavEntry:
    """An entry that an app offers: its page, the action it needs, and its place in one of GROUPS."""

    label: str
    url_name: str
    icon: str
    action: str
    group: str = ""
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """A link as shown. `post` makes it a button that sends a form, for things that change state."""

    label: str
    url: str
    icon: str
    current: bool = False
    post: bool = False


@dataclass(frozen=True)
class NavGroup:
    label: str
    items: tuple[NavItem, ...]


_entries: dict[str, NavEntry] = {}


def register(entry: NavEntry) -> None:
    """Adds an entry once, however often `ready()` runs. Raises ValueError for a group that is not in GROUPS."""
    if entry.group not in GROUPS:
        message = f"“{entry.group}” is not a group of the navigation: use one of {GROUPS}."
        raise ValueError(message)
    _entries[entry.url_name] = entry


def build(can: Can, path: str) -> list[NavGroup]:
    """The groups with the entries that `can` allows; the current one is the nearest ancestor of `path`.

    `path` is the whole path of the request, script prefix included. The home page is an ancestor only of itself.
    """
    allowed = sorted(filter(lambda entry: can(entry.action), _entries.values()), key=_place)
    urls = {entry: reverse(entry.url_name) for entry in allowed}
    current = _current_url(urls.values(), path)
    return [
        NavGroup(
            GROUPS[place],
            tuple(NavItem(label=e.label, url=urls[e], icon=e.icon, current=urls[e] == current) for e in entries),
        )
        for place, entries in groupby(allowed, key=lambda entry: GROUPS.index(entry.group))
    ]


def _place(entry: NavEntry) -> tuple[int, int, str]:
    return GROUPS.index(entry.group), entry.order, entry.label


def _current_url(urls: Iterable[str], path: str) -> str | None:
    above = [url for url in urls if path == url or (path.startswith(url) and url != get_script_prefix())]
    return max(above, key=len, default=None)
