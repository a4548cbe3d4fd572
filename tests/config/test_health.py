from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from redis.exceptions import ConnectionError as NoConnection

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import Settings


def test_a_living_process_says_so_without_asking_its_servers(client: Client) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.content) == (200, b"alive")


@pytest.mark.django_db
def test_a_process_is_ready_when_its_servers_answer(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready")


@pytest.mark.django_db
def test_a_probe_needs_neither_a_host_name_nor_tls(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["muster.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/readyz", headers={"host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.django_db
def test_without_the_database_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"PostgreSQL does not answer")


@pytest.mark.django_db
def test_without_valkey_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise NoConnection

    monkeypatch.setattr(cache, "get", refuse)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"Valkey does not answer")
