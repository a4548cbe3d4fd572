from __future__ import annotations

from celery import shared_task

from destinations.orchestrations.services import running
from tenants.tasks import TenantTask


@shared_task(base=TenantTask)
def begin_run(*, run_id: int) -> None:
    running.begin(run_id)
