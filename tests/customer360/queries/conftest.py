from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenants.scope import tenant_scope
from tests.access.customers import make_customers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from customer360.models import Table
    from tests.cast import Cast


@pytest.fixture
def customers(cast: Cast) -> Iterator[Table]:
    """`Customer360` of three people, in Acme's scope."""
    with tenant_scope(cast.acme):
        yield make_customers()
