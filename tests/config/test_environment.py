from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from config.environment import Environment

if TYPE_CHECKING:
    from collections.abc import Callable

WEB = ("http", "https")
READINGS: dict[str, tuple[Callable[[Environment], Any], Any]] = {
    "choice": (lambda env: env.choice("SETTING", ("production", "development"), "production"), "production"),
    "switch": (lambda env: env.switch("SETTING", default=True), True),
    "number": (lambda env: env.number("SETTING", 3), 3),
    "address": (lambda env: env.address("SETTING", WEB, "http://127.0.0.1"), "http://127.0.0.1"),
    "server": (lambda env: env.address("SETTING", ("redis", "rediss")), ""),
}


@pytest.mark.parametrize("kind", READINGS)
@pytest.mark.parametrize("unset", [None, ""])
def test_an_unset_value_is_the_default(kind: str, unset: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SETTING", raising=False)
    if unset is not None:
        monkeypatch.setenv("SETTING", unset)
    read, default = READINGS[kind]
    env = Environment()
    assert (read(env), env.unreadable) == (default, {})


@pytest.mark.parametrize(
    ("kind", "value", "meant"),
    [
        ("choice", "development", "development"),
        ("switch", "Off", False),
        ("switch", "1", True),
        ("number", "12", 12),
        ("address", "https://muster.example.com", "https://muster.example.com"),
        ("server", "rediss://:secret@valkey.example.com:6379/0", "rediss://:secret@valkey.example.com:6379/0"),
    ],
)
def test_a_good_value_is_read(kind: str, value: str, meant: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETTING", value)
    env = Environment()
    assert (READINGS[kind][0](env), env.unreadable) == (meant, {})


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("choice", "prod", "one of production, development"),
        ("switch", "maybe", "on or off"),
        ("number", "many", "a whole number"),
        ("number", "-1", "a whole number"),
        ("address", "muster.example.com", "an address that begins with http:// or https://"),
        ("address", "https://", "an address that begins with http:// or https://"),
        ("address", "https://muster.example.com:port", "an address that begins with http:// or https://"),
        ("server", "valkey:secret", "an address that begins with redis:// or rediss://"),
    ],
)
def test_a_wrong_value_counts_as_unset_and_is_named_without_itself(
    kind: str, value: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETTING", value)
    read, default = READINGS[kind]
    env = Environment()
    assert (read(env), env.unreadable) == (default, {"SETTING": expected})
