from __future__ import annotations

from celery import shared_task

from segments.files import services as files
from tenants.tasks import TenantTask


@shared_task(base=TenantTask)
def write_customer_file(*, file_id: int) -> None:
    files.write_file(file_id=file_id)
