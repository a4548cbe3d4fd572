"""Each wrong environment value gives its own numbered error with a hint."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

from config.checks import check_environment, require_safe_start
from tenants.checks import check_isolation

if TYPE_CHECKING:
    from pytest_django import Settings

GOOD = {
    "SECRET_KEY": "s" * 50,
    "CREDENTIAL_KEYS": [Fernet.generate_key().decode()],
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "HUBSPOT_API_URL": "https://api.hubapi.com",
    "HUBSPOT_APP_URL": "https://app-eu1.hubspot.com",
    "PRODUCTION": True,
    "ALLOWED_HOSTS": ["muster.example.com"],
    "UNREADABLE": {},
}


@pytest.fixture
def environment(settings: Settings) -> Settings:
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def ids() -> list[str | None]:
    problems = check_environment()
    assert all(problem.hint for problem in problems)
    return [problem.id for problem in problems]


def test_a_right_environment_has_no_problem(environment: Settings) -> None:
    assert ids() == []


def test_a_clock_that_can_be_moved_is_refused(environment: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_CLOCK_FILE", "clock.json")
    assert ids() == ["config.E007"]
    environment.PRODUCTION = False
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("SECRET_KEY", "unset", "config.E001"),
        ("SECRET_KEY", "s" * 49, "config.E001"),
        ("CREDENTIAL_KEYS", [], "config.E002"),
        ("CREDENTIAL_KEYS", [Fernet.generate_key().decode(), "not a key"], "config.E003"),
        ("REDIS_URL", "", "config.E004"),
        ("UNREADABLE", {"LOG_LEVEL": "one of DEBUG, INFO"}, "config.E008"),
        ("ALLOWED_HOSTS", [], "config.E009"),
        ("ALLOWED_HOSTS", ["muster.example.com", "*"], "config.E011"),
        ("DATA_DIR", Path(__file__), "config.E010"),
        ("DATA_DIR", Path(__file__) / "below", "config.E010"),
        ("HUBSPOT_API_URL", "http://127.0.0.1:8001", "config.E006"),
        ("HUBSPOT_API_URL", "http://api.hubapi.com", "config.E006"),
        ("HUBSPOT_APP_URL", "https://hubspot.com.example.org", "config.E006"),
        ("HUBSPOT_APP_URL", "https://nothubspot.com", "config.E006"),
    ],
)
def test_a_wrong_value_has_a_number(environment: Settings, name: str, value: Any, number: str) -> None:
    setattr(environment, name, value)
    assert ids() == [number]


def test_outside_production_another_hubspot_may_be_used(environment: Settings) -> None:
    environment.PRODUCTION = False
    environment.HUBSPOT_API_URL = "http://127.0.0.1:8001"
    assert ids() == []


@pytest.mark.django_db
def test_production_refuses_to_start_with_a_wrong_environment(environment: Settings) -> None:
    require_safe_start()
    environment.SECRET_KEY = "unset"
    with pytest.raises(ImproperlyConfigured, match=r"config\.E001"):
        require_safe_start()
    environment.PRODUCTION = False
    require_safe_start()


def test_one_role_for_both_addresses_is_an_error(environment: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(environment.DATABASES["default"], "USER", environment.DATABASES["owner"]["USER"])
    assert ids() == ["config.E005"]


@pytest.mark.django_db
def test_the_application_role_passes() -> None:
    assert check_isolation(databases=["default"]) == []


@pytest.mark.django_db
def test_a_role_that_owns_tables_and_a_table_without_a_policy_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenants.checks.connections", {"default": connections["owner"]})
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE forgotten (id int)")
    problems = check_isolation(databases=["default"])
    assert [problem.id for problem in problems] == ["tenants.E004", "tenants.E005"]
    assert "forgotten" in problems[1].msg


def test_a_database_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError

    unreachable = SimpleNamespace(cursor=refuse)
    monkeypatch.setattr("tenants.checks.connections", {"default": unreachable})
    assert [problem.id for problem in check_isolation(databases=["default"])] == ["tenants.E003"]
