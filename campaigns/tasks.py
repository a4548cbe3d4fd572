from __future__ import annotations

from celery import shared_task

from campaigns.runs import forecasting
from campaigns.services import preparing, recording
from tenants.tasks import TenantTask


@shared_task(base=TenantTask)
def prepare_run(*, run_id: int) -> None:
    preparing.prepare(run_id)


@shared_task(base=TenantTask)
def record_outcomes(*, run_id: int) -> None:
    recording.record(run_id)


@shared_task(base=TenantTask)
def forecast_campaign(*, campaign_id: int) -> None:
    forecasting.work_out(campaign_id)
