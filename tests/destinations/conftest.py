from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenants.models import Tenant
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def acme(db: None) -> Iterator[Tenant]:
    """A tenant, and its scope for as long as the test runs."""
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    with tenant_scope(tenant):
        yield tenant
