"""`.env.example` and the code know the same settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = (ROOT / ".env.example").read_text()
DOCUMENTED = set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))
CONTAINERS = EXAMPLE.partition("docker/compose.yaml only")[2]
FOR_CONTAINERS = set(re.findall(r"^#?([A-Z][A-Z_]+)=", CONTAINERS, re.MULTILINE))


def read_by_settings() -> set[str]:
    settings = (ROOT / "platform" / "config" / "settings.py").read_text()
    return set(re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", settings))


def test_every_setting_is_in_the_example() -> None:
    assert read_by_settings() - DOCUMENTED == set()


@pytest.mark.parametrize("name", sorted(DOCUMENTED - FOR_CONTAINERS))
def test_every_name_in_the_example_is_read_somewhere(name: str) -> None:
    roots = (ROOT / root for root in ("platform", "campaigns", "destinations", "tests"))
    sources = (path for root in roots for path in root.rglob("*.py") if path != Path(__file__))
    assert any(f'"{name}"' in path.read_text() for path in sources)


@pytest.mark.parametrize("name", sorted(FOR_CONTAINERS))
def test_every_name_for_containers_is_read_by_compose(name: str) -> None:
    assert f"${{{name}" in (ROOT / "docker" / "compose.yaml").read_text()


def test_the_advice_on_keys_makes_a_key() -> None:
    program = re.search(r'python -c "(.*)"', EXAMPLE)
    assert program
    assert "Fernet.generate_key" in program[1]
    Fernet(Fernet.generate_key())
