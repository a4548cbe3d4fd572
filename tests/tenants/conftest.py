from __future__ import annotations

import pytest

from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.library.models import Book, Shelf


@pytest.fixture
def acme(db: None) -> Tenant:
    return Tenant.objects.create(slug="acme-books", name="Acme Books")


@pytest.fixture
def globex(db: None) -> Tenant:
    return Tenant.objects.create(slug="globex-books", name="Globex Books")


@pytest.fixture
def acme_shelf(acme: Tenant) -> Shelf:
    with tenant_scope(acme):
        shelf = Shelf.objects.create(name="Acme's")
        Book.objects.create(shelf=shelf, title="Acme's book")
    return shelf


@pytest.fixture
def globex_shelf(globex: Tenant) -> Shelf:
    with tenant_scope(globex):
        shelf = Shelf.objects.create(name="Globex's")
        Book.objects.create(shelf=shelf, title="Globex's book")
    return shelf
