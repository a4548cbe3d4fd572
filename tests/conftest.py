from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connections
from django.db.models.signals import post_migrate  # noqa: TID251 - only to disconnect two of Django's own
from django.test import Client

from tests import cast as casting
from tests.sandbox import sandbox, sandbox_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenants.models import Tenant
    from tests.cast import Cast

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}

__all__ = ["sandbox", "sandbox_process"]
pytest_plugins = ["tests.browser", "tests.measures"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Database tests get both aliases: the application's role runs the code, the owner creates and flushes.

    Tests that take minutes come first, so that no process works on one long after the others have finished.
    """
    items.sort(key=lambda item: item.get_closest_marker("chaos") is None)
    for item in items:
        marker = item.get_closest_marker("django_db")
        asked = DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
        options = dict(marker.kwargs) if marker else {}
        if (marker or asked) and "databases" not in options:
            item.add_marker(pytest.mark.django_db(**options, databases=["default", "owner"]), append=False)


def pytest_collection_finish() -> None:
    """Everything loaded so far stays to the end, so the garbage collector need not walk it between tests."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Closes the application's connection before the owner drops the test database.

    Each flush would also refill the tables of content types and permissions, which takes longer than emptying all
    tables; Muster creates content types when it needs them, and never uses permissions.
    """
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    yield
    connections.close_all()


@pytest.fixture
def cast(db: None) -> Cast:
    """Acme and Globex, a person for each policy and option, and strangers: see tests/cast.py."""
    return casting.assemble()


@pytest.fixture
def acme(cast: Cast) -> Tenant:
    return cast.acme


@pytest.fixture
def globex(cast: Cast) -> Tenant:
    return cast.globex


@pytest.fixture
def sign_in(cast: Cast) -> Callable[[str], Client]:
    """A client signed in as this person of the cast: `sign_in("ampiq_user").get("/t/acme/segments/")`."""

    def signed_in(key: str) -> Client:
        client = Client()
        client.force_login(cast[key])
        return client

    return signed_in
