"""The frame of the operators' admin: which tenant one is in, what one may change over to, and the side bar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from accounts.models import Membership
from accounts.policies import Policy
from tenants.models import Tenant
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponseBase
    from django.test import Client

    from tests.cast import Cast

ADMIN = "/t/acme/admin/"


def page(answer: HttpResponseBase) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())  # type: ignore[attr-defined]  # no stream


def offered(text: str) -> list[str]:
    """The admins that one may change over to, by tenant."""
    return re.findall(r'href="/t/([\w-]+)/admin/"[^>]*>\s*<span class="material-symbols-outlined">', text)


def join(cast: Cast, person: str, policy: Policy) -> None:
    with tenant_scope(cast.globex):
        Membership.objects.create(user=cast[person], policies=[policy], options=[])


def test_an_operator_changes_over_only_to_tenants_that_they_operate(
    cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    Tenant.objects.create(slug="initech", name="Initech")
    join(cast, "datagrid_operator", Policy.DATAGRID_OPERATOR)
    join(cast, "datagrid_administrator", Policy.AMPIQ_USER)

    assert set(offered(page(sign_in("datagrid_operator").get(ADMIN)))) == {"acme", "globex"}
    assert set(offered(page(sign_in("datagrid_administrator").get(ADMIN)))) == {"acme"}
    assert sign_in("datagrid_administrator").get("/t/globex/admin/").status_code == 403
    assert sign_in("datagrid_operator").get("/t/initech/admin/").status_code == 404


def test_staff_of_the_installation_choose_any_tenant(cast: Cast, sign_in: Callable[[str], Client]) -> None:
    staff = sign_in("staff")

    assert set(offered(page(staff.get(ADMIN)))) == {"acme", "globex"}
    assert "Globex" in page(staff.get("/t/globex/admin/"))


@pytest.mark.parametrize(
    ("person", "missing"), [("datagrid_operator", {"Users", "Audit"}), ("datagrid_administrator", set())]
)
def test_the_side_bar_has_a_place_for_everything_that_one_may_see(
    cast: Cast, sign_in: Callable[[str], Client], person: str, missing: set[str]
) -> None:
    text = page(sign_in(person).get(ADMIN))

    for label in (
        "Overview",
        "Customer 360",
        "Imports",
        "Credentials",
        "Destinations",
        "Data templates",
        "Schedules",
        "Deliveries",
        "Notifications",
        "Users",
        "Audit",
    ):
        assert bool(re.search(rf">\s*{label}\s*<", text)) is (label not in missing), label
