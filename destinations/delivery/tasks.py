from __future__ import annotations

from celery import shared_task

from destinations.delivery import accounting, planning, runner, services
from destinations.delivery.seats import Seat
from tenants.tasks import TenantTask


@shared_task(base=TenantTask)
def plan_delivery(*, delivery_id: int) -> None:
    planning.plan(delivery_id)


@shared_task
def run_account(*, account: str, seat: int, token: str) -> None:
    """Serves one account for all tenants that share it; the work itself runs in each tenant's scope."""
    runner.run(Seat(account, seat, token))


@shared_task(base=TenantTask)
def account_delivery(*, delivery_id: int) -> None:
    accounting.account(delivery_id)


@shared_task(base=TenantTask)
def tell_owner(*, delivery_id: int) -> None:
    services.tell_owner(delivery_id)
