from __future__ import annotations

from celery import shared_task

from customer360.building import build_stale_tables
from customer360.imports import services as imports
from customer360.queries import running
from tenants.tasks import TenantTask


@shared_task(base=TenantTask)
def run_import(*, import_id: int) -> None:
    imports.run_import(import_id=import_id)
    build_stale_tables()


@shared_task(base=TenantTask)
def run_query(*, run_id: int) -> None:
    running.run_query(run_id=run_id)
