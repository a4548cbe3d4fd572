"""Managers refuse without a tenant, at every way into the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.db.models import Count, OuterRef

from tenants.errors import TenantScopeError
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.library.models import Book, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

WAYS_IN: dict[str, Callable[[], object]] = {
    "list": lambda: list(Shelf.objects.all()),
    "get": lambda: Shelf.objects.get(pk=1),
    "first": lambda: Shelf.objects.first(),
    "count": lambda: Shelf.objects.count(),
    "exists": lambda: Shelf.objects.exists(),
    "exclude and exists": lambda: Shelf.objects.exclude(name="x").exists(),
    "distinct and exists": lambda: Shelf.objects.distinct().exists(),
    "in_bulk": lambda: Shelf.objects.in_bulk([1]),
    "values": lambda: list(Shelf.objects.values("name")),
    "aggregate": lambda: Shelf.objects.aggregate(n=Count("id")),
    "iterator": lambda: list(Shelf.objects.iterator()),
    "explain": lambda: Shelf.objects.all().explain(),
    "union": lambda: list(Shelf.objects.all().union(Shelf.objects.all())),
    "update": lambda: Shelf.objects.update(name="x"),
    "delete": lambda: Shelf.objects.all().delete(),
    "create": lambda: Shelf.objects.create(name="x"),
    "bulk_create": lambda: Shelf.objects.bulk_create([Shelf(name="x")]),
    "bulk_update": lambda: Shelf.objects.bulk_update([Shelf(pk=1, name="x")], ["name"]),
    "get_or_create": lambda: Shelf.objects.get_or_create(name="x"),
    "raw": lambda: list(Shelf.objects.raw("SELECT * FROM library_shelf")),
    "save": lambda: Shelf(name="x").save(),
    "subquery of a global table": lambda: list(
        Tenant.objects.filter(pk__in=Shelf.objects.filter(name=OuterRef("name")).values("tenant"))
    ),
}


@pytest.mark.parametrize("way", WAYS_IN.values(), ids=WAYS_IN.keys())
def test_nothing_is_read_or_written_without_a_tenant(way: Callable[[], object], acme_shelf: Shelf) -> None:
    with pytest.raises(TenantScopeError), transaction.atomic():
        way()
    with tenant_scope(acme_shelf.tenant_id):
        assert list(Shelf.objects.values_list("name", flat=True)) == ["Acme's"]


def test_an_empty_query_set_is_harmless() -> None:
    assert list(Shelf.objects.none()) == []


def test_a_manager_shows_the_active_tenant_only(acme: Tenant, acme_shelf: Shelf, globex_shelf: Shelf) -> None:
    with tenant_scope(acme):
        assert list(Book.objects.values_list("title", flat=True)) == ["Acme's book"]
        assert list(acme_shelf.books.values_list("title", flat=True)) == ["Acme's book"]  # type: ignore[attr-defined]  # mypy knows the product's apps only
        assert not globex_shelf.books.exists()  # type: ignore[attr-defined]  # same


def test_a_row_of_another_tenant_is_not_saved(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme), pytest.raises(TenantScopeError):
        Shelf.objects.create(tenant=globex, name="x")
    with tenant_scope(globex):
        assert Shelf.objects.count() == 0


def test_bulk_created_rows_belong_to_the_active_tenant(acme: Tenant) -> None:
    with tenant_scope(acme):
        Shelf.objects.bulk_create([Shelf(name="a"), Shelf(name="b")])
        assert set(Shelf.objects.values_list("tenant_id", flat=True)) == {acme.pk}
