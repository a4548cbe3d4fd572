from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.delivery.quota import connection
from tests.destinations.orchestrations.studio import Studio

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tenants.models import Tenant
    from tests.cast import Cast
    from tests.sandbox import Sandbox


@pytest.fixture
def studio(cast: Cast, acme: Tenant, settings: Settings, tmp_path: Path) -> Studio:
    """HubSpot is one that nobody calls."""
    settings.DATA_DIR = tmp_path
    return Studio.open(cast["datagrid_operator"])


@pytest.fixture
def busy_studio(  # noqa: PLR0917  fixtures come by name
    transactional_db: None, cast: Cast, acme: Tenant, sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> Studio:
    """HubSpot is the sandbox, with all of today's calls."""
    settings.DATA_DIR = tmp_path
    for key in connection().scan_iter("muster:*"):
        connection().delete(key)
    return Studio.open(cast["datagrid_operator"], sandbox.account)
