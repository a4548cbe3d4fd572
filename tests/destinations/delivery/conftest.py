from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.delivery.quota import connection
from tests.destinations.delivery.desk import Desk

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tenants.models import Tenant
    from tests.cast import Cast
    from tests.sandbox import Sandbox


@pytest.fixture
def acme(cast: Cast) -> Tenant:
    """Acme, without its scope: the engine enters it by itself."""
    return cast.acme


@pytest.fixture
def desk(transactional_db: None, acme: Tenant, sandbox: Sandbox, settings: Settings, tmp_path: Path) -> Desk:
    """Acme's desk: customers in files of its own, HubSpot in the sandbox, and all of today's calls."""
    settings.HUBSPOT_API_URL = sandbox.url
    settings.DATA_DIR = tmp_path
    desk = Desk.open(acme, sandbox)
    account = desk.settings.account
    for key in connection().scan_iter(f"muster:*{account.account}*"):
        connection().delete(key)
    return desk
