from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from environ import Env

if TYPE_CHECKING:
    from collections.abc import Sequence

Default = TypeVar("Default", str, bool, int)
ON, OFF = ("on", "true", "yes", "1"), ("off", "false", "no", "0")


class Environment(Env):  # type: ignore[misc]  # environ has no types
    """Reads settings. A value that can't be read counts as unset, and `unreadable` says what was expected.

    So the settings can always be loaded, and `config.checks` reports every fault at once. The values are not kept:
    they may be secrets.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unreadable: dict[str, str] = {}

    def choice(self, name: str, among: Sequence[str], default: str) -> str:
        value = os.environ.get(name) or default
        return value if value in among else self._refuse(name, f"one of {', '.join(among)}", default)

    def switch(self, name: str, *, default: bool) -> bool:
        value = (os.environ.get(name) or (ON if default else OFF)[0]).lower()
        return value in ON if value in ON + OFF else self._refuse(name, "on or off", default)

    def number(self, name: str, default: int) -> int:
        value = os.environ.get(name) or str(default)
        return int(value) if value.isdecimal() else self._refuse(name, "a whole number", default)

    def address(self, name: str, schemes: Sequence[str], default: str = "") -> str:
        value = os.environ.get(name) or default
        beginnings = " or ".join(f"{scheme}://" for scheme in schemes)
        fine = value == default or _is_address(value, schemes)
        return value if fine else self._refuse(name, f"an address that begins with {beginnings}", default)

    def _refuse(self, name: str, expected: str, default: Default) -> Default:
        self.unreadable[name] = expected
        return default


def _is_address(value: str, schemes: Sequence[str]) -> bool:
    try:
        parts = urlsplit(value)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return parts.scheme in schemes and (has_host or not parts.scheme.startswith("http"))
