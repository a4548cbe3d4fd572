from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from celery import shared_task
from django.db import transaction
from structlog.contextvars import get_contextvars

from config.celery import app
from tenants.errors import TenantScopeError
from tenants.scope import active_tenant_id, tenant_scope
from tenants.tasks import TenantTask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenants.models import Tenant

seen: list[tuple[int | None, int]] = []
bound: list[dict[str, object]] = []


@shared_task(base=TenantTask)
def look_around(*, shelf_id: int) -> None:
    seen.append((active_tenant_id(), shelf_id))
    bound.append(get_contextvars())


@pytest.fixture(autouse=True)
def _run_at_once() -> Iterator[None]:
    seen.clear()
    bound.clear()
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.mark.django_db(transaction=True)
def test_a_task_runs_in_the_scope_it_was_enqueued_in(acme: Tenant) -> None:
    with tenant_scope(acme):
        look_around.enqueue(shelf_id=3)
    assert seen == [(acme.pk, 3)]


@pytest.mark.django_db(transaction=True)
def test_a_task_waits_for_the_commit_and_dies_with_a_rollback(acme: Tenant) -> None:
    with tenant_scope(acme):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            look_around.enqueue(shelf_id=3)
            _ = 1 / 0
        assert seen == []


def test_a_task_is_not_enqueued_for_nobody() -> None:
    with pytest.raises(TenantScopeError):
        look_around.enqueue(shelf_id=3)


@pytest.mark.django_db(transaction=True)
def test_log_lines_of_a_task_name_tenant_and_task(acme: Tenant) -> None:
    with tenant_scope(acme):
        look_around.enqueue(shelf_id=3)
    (context,) = bound
    assert context["tenant_id"] == acme.pk
    assert context["task_id"]
    assert "task_id" not in get_contextvars()
