"""Two operators with the same form open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenants.models import Retention
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

    from tests.cast import Cast


@pytest.fixture
def retention(cast: Cast) -> Iterator[Retention]:
    with tenant_scope(cast.acme):
        yield Retention.objects.create(kind=Retention.Kind.NOTIFICATIONS, days=90)


@pytest.mark.parametrize(
    "opened", ['{"kind": "notifications", "days": "90"}', "{", "[1]", '"text"', "{}", "[" * 10_000]
)
def test_the_second_sees_what_the_first_saved_and_then_replaces_it(
    retention: Retention, sign_in: Callable[[str], Client], opened: str
) -> None:
    operator = sign_in("datagrid_operator")
    address = f"/t/acme/admin/tenants/retention/{retention.pk}/change/"
    assert "&quot;days&quot;: &quot;90&quot;" in operator.get(address).content.decode()
    Retention.objects.update(days=30)
    mine = {"kind": "notifications", "days": "60", "seen": opened}

    refused = operator.post(address, mine).content.decode()

    assert "Someone saved this while you were editing" in refused
    assert "Days is now “30”." in refused
    assert "&quot;days&quot;: &quot;30&quot;" in refused
    assert Retention.objects.get().days == 30
    again = operator.post(address, {**mine, "seen": '{"kind": "notifications", "days": "30"}'})
    assert again.status_code == 302
    assert Retention.objects.get().days == 60
