from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from customer360 import explorer
from customer360.imports.services import import_file
from customer360.models import Table
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tenants.models import Tenant

pytestmark = pytest.mark.django_db

ROWS = 5_000


@pytest.fixture
def table(acme: Tenant, tmp_path: Path) -> Iterator[Table]:
    path = tmp_path / "numbers.csv"
    path.write_text("number,odd\n" + "".join(f"{n},{n % 2}\n" for n in range(ROWS)))
    with tenant_scope(acme):
        import_file(source=path, table_name="Numbers")
        yield Table.objects.get(name="Numbers")


def test_different_values_are_counted_to_the_last_one_where_that_is_cheap(table: Table) -> None:
    facts = explorer.facts(table, list(table.columns.all()))
    assert {name: (fact.distinct, fact.is_estimate) for name, fact in facts.items()} == {
        "number": (ROWS, False),
        "odd": (2, False),
    }


def test_of_large_tables_they_are_estimated_and_called_so(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "EXACT_ROWS", ROWS - 1)
    cache.clear()
    number = explorer.facts(table, list(table.columns.all()))["number"]
    assert number.is_estimate
    assert number.distinct == pytest.approx(ROWS, rel=0.2)
