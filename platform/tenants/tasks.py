from __future__ import annotations

from typing import Any

from celery import Task
from django.db import transaction
from structlog.contextvars import bound_contextvars

from tenants.scope import require_tenant_id, tenant_scope


class TenantTask(Task):  # type: ignore[type-arg]  # generic in the stubs only
    """A task that runs in the scope of the tenant it was enqueued for; it takes ids, and its log lines name it.

    Use `@shared_task(base=TenantTask)`, define the function without `tenant_id`, and call `enqueue`. Queues are
    assigned in the settings, by CELERY_TASK_ROUTES.
    """

    abstract = True
    typing = False  # the function does not take the tenant_id that every message carries

    def __call__(self, *args: Any, tenant_id: int, **kwargs: Any) -> Any:
        with tenant_scope(tenant_id), bound_contextvars(task_id=self.request.id):
            return super().__call__(*args, **kwargs)

    def enqueue(self, *, countdown: float = 0, **ids: int | str) -> None:
        """Queued for the active tenant when the current transaction commits; not at all if it rolls back."""
        kwargs = {**ids, "tenant_id": require_tenant_id()}
        transaction.on_commit(lambda: self.apply_async(kwargs=kwargs, countdown=countdown))
