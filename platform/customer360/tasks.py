from __future__ import annotations

from celery import shared_task

from customer360 import building, rewriting
from customer360.errors import TableConflictError
from customer360.imports import services as imports
from customer360.queries import running
from tenants.tasks import TenantTask


@shared_task(base=TenantTask)
def run_import(*, import_id: int) -> None:
    imports.run_import(import_id=import_id)
    building.build_stale_tables()


@shared_task(base=TenantTask, autoretry_for=(TableConflictError,), max_retries=5, default_retry_delay=10)
def change_semantic(*, column_id: int, semantic: str) -> None:
    rewriting.change_semantic(column_id=column_id, semantic=semantic)
    building.build_stale_tables()


@shared_task(base=TenantTask)
def run_query(*, run_id: int) -> None:
    running.run_query(run_id=run_id)


@shared_task(base=TenantTask)
def build_table(*, table_id: int) -> None:
    """Builds the table, then the tables built from it."""
    building.build_again(table_id=table_id)
    building.build_stale_tables()


@shared_task(base=TenantTask)
def build_stale_tables() -> None:
    building.build_stale_tables()
