"""Resumes what a killed process, a lost message or a restarted server left behind. Beat runs it often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.delivery import handover, services
from destinations.delivery.due import Due, Step, due_work
from destinations.delivery.models import Delivery
from destinations.delivery.runner import wake
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

ACTIONS: dict[Step, Callable[[Delivery], None]] = {
    Step.BEGIN: lambda delivery: services.begin_next(target=delivery.target),
    Step.PLAN: handover.to_planner,
    Step.ACCOUNT: handover.to_accountant,
    Step.TELL: handover.to_owner,
}


MOST_AT_ONCE = 40
"""A batch limit: enqueuing the same work repeatedly while all workers are busy would make them busier."""


def recover() -> None:
    """Enqueues due work that no worker holds. Doing so twice is harmless: a lease admits one worker."""
    due = due_work()
    for account in {entry.account for entry in due if entry.step is Step.SLICES}:
        wake(account)
    for entry in [entry for entry in due if entry.step in ACTIONS][:MOST_AT_ONCE]:
        _take_up(entry)


def _take_up(entry: Due) -> None:
    with tenant_scope(entry.tenant_id):
        ACTIONS[entry.step](Delivery.objects.select_related("target").get(pk=entry.delivery_id))
