from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenants.models import Tenant
    from tests.cast import Cast


@pytest.fixture
def acme(cast: Cast) -> Iterator[Tenant]:
    """Acme, and its scope for as long as the test runs."""
    with tenant_scope(cast.acme):
        yield cast.acme
