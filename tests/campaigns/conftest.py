from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.delivery.quota import connection
from tenants.scope import tenant_scope
from tests.campaigns.office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tests.cast import Cast
    from tests.sandbox import Sandbox

CUSTOMERS = range(1, 101)


@pytest.fixture
def in_acme(cast: Cast) -> Iterator[None]:
    with tenant_scope(cast.acme):
        yield


@pytest.fixture
def office(cast: Cast, in_acme: None, settings: Settings, tmp_path: Path) -> Office:
    """A hundred customers, and a HubSpot that nobody calls."""
    settings.DATA_DIR = tmp_path
    return Office.open(cast["ampiq_user"], CUSTOMERS)


@pytest.fixture
def busy_office(  # noqa: PLR0917  fixtures come by name
    transactional_db: None, cast: Cast, in_acme: None, sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> Office:
    """A hundred customers, and HubSpot in the sandbox, with all of today's calls."""
    settings.DATA_DIR = tmp_path
    for key in connection().scan_iter("muster:*"):
        connection().delete(key)
    return Office.open(cast["ampiq_user"], CUSTOMERS, sandbox.account)
