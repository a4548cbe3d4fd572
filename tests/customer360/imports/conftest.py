from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenants.scope import tenant_scope
from tests.customer360.imports.people import PEOPLE, imported

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from customer360.models import Table
    from tenants.models import Tenant


@pytest.fixture
def in_acme(acme: Tenant) -> Iterator[None]:
    acme.time_zone = "Europe/London"
    acme.save()
    with tenant_scope(acme):
        yield


@pytest.fixture
def people(in_acme: None, tmp_path: Path) -> Table:
    return imported(tmp_path, PEOPLE)
