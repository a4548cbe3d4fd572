"""The admin inside a tenant, by the example of tests/library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.admin.models import LogEntry

from accounts.admin_site import site
from audit.models import AuditEvent
from tenants.scope import tenant_scope
from tests.library.models import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast

SHELVES = "/t/acme/admin/library/shelf/"


def make_shelf(cast: Cast, name: str = "Best sellers") -> Shelf:
    with tenant_scope(cast.acme):
        return Shelf.objects.create(name=name)


def events(cast: Cast) -> list[tuple[str, str, str]]:
    with tenant_scope(cast.acme):
        found = AuditEvent.objects.order_by("pk")
        return [(event.action, event.subject_name, event.actor_name) for event in found]


def test_an_operator_adds_changes_and_deletes_and_the_audit_knows(
    sign_in: Callable[[str], Client], cast: Cast
) -> None:
    client = sign_in("datagrid_operator")
    client.post(f"{SHELVES}add/", {"name": "New"})
    with tenant_scope(cast.acme):
        shelf = Shelf.objects.get()
    client.post(f"{SHELVES}{shelf.pk}/change/", {"name": "Old"})
    client.post(f"{SHELVES}{shelf.pk}/delete/", {"post": "yes"})
    who = "Datagrid Operator"
    assert [(action, actor) for action, _name, actor in events(cast)] == [
        ("shelf:added", who),
        ("shelf:changed", who),
        ("shelf:deleted", who),
    ]
    assert not LogEntry.objects.exists()


def test_a_bulk_deletion_is_one_event_for_each_row(sign_in: Callable[[str], Client], cast: Cast) -> None:
    shelves = [make_shelf(cast, name) for name in ("One", "Two")]
    answer = sign_in("datagrid_operator").post(
        SHELVES,
        {"action": "delete_selected", "_selected_action": [shelf.pk for shelf in shelves], "post": "yes"},
    )
    assert answer.status_code == 302
    assert [action for action, _name, _actor in events(cast)] == ["shelf:deleted", "shelf:deleted"]
    with tenant_scope(cast.acme):
        assert not Shelf.objects.exists()


def test_a_read_only_policy_gets_a_read_only_admin(sign_in: Callable[[str], Client], cast: Cast) -> None:
    shelf, client = make_shelf(cast), sign_in("datagrid_operator_read_only")
    page = client.get(SHELVES).content.decode()
    assert "Best sellers" not in page or "add/" not in page
    assert f"{SHELVES}add/" not in page
    form = client.get(f"{SHELVES}{shelf.pk}/change/")
    assert form.status_code == 200
    assert 'name="name"' not in form.content.decode()
    for refused in (
        client.get(f"{SHELVES}add/"),
        client.post(f"{SHELVES}add/", {"name": "x"}),
        client.post(f"{SHELVES}{shelf.pk}/change/", {"name": "x"}),
        client.post(f"{SHELVES}{shelf.pk}/delete/", {"post": "yes"}),
    ):
        assert refused.status_code == 403
        assert "DataGrid Operator" in refused.content.decode()
    with tenant_scope(cast.acme):
        assert Shelf.objects.get().name == "Best sellers"
    assert events(cast) == []


def test_the_history_of_an_object_is_read_from_the_audit(sign_in: Callable[[str], Client], cast: Cast) -> None:
    shelf, client = make_shelf(cast), sign_in("datagrid_operator")
    client.post(f"{SHELVES}{shelf.pk}/change/", {"name": "Old"})
    page = client.get(f"{SHELVES}{shelf.pk}/history/").content.decode()
    assert "Shelf changed" in page
    assert "Datagrid Operator" in page


def test_the_admin_of_one_tenant_knows_nothing_of_another(sign_in: Callable[[str], Client], cast: Cast) -> None:
    shelf = make_shelf(cast)
    assert (
        "Best sellers"
        not in sign_in("globex_administrator").get("/t/globex/admin/library/shelf/").content.decode()
    )
    answer = sign_in("globex_administrator").get(f"/t/globex/admin/library/shelf/{shelf.pk}/change/", follow=True)
    assert "Best sellers" not in answer.content.decode()


@pytest.mark.parametrize("path", ["login/", "logout/", "password_change/", "search/?s=shelf", "r/1/1/"])
def test_the_admin_has_no_sign_in_and_no_search_of_its_own(sign_in: Callable[[str], Client], path: str) -> None:
    assert sign_in("datagrid_administrator").get(f"/t/acme/admin/{path}").status_code == 404


def test_only_models_of_tenants_are_in_the_admin() -> None:
    from tenants.models import TenantModel

    assert all(issubclass(model, TenantModel) for model in site._registry)


def test_staff_may_change_over_to_any_tenant(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("staff").get("/t/acme/admin/").content.decode()
    assert "/t/globex/admin/" in page
