"""Enqueues work once the current transaction has committed.

Tasks and services import everything below them, so they are imported inside these functions, and only here.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from destinations.delivery.models import Delivery, Target


def to_planner(delivery: Delivery) -> None:
    from destinations.delivery.tasks import plan_delivery

    plan_delivery.enqueue(delivery_id=delivery.pk)


def to_accountant(delivery: Delivery) -> None:
    from destinations.delivery.tasks import account_delivery

    account_delivery.enqueue(delivery_id=delivery.pk)


def to_owner(delivery: Delivery) -> None:
    from destinations.delivery.tasks import tell_owner

    tell_owner.enqueue(delivery_id=delivery.pk)


def to_next(target: Target) -> None:
    """Begins the delivery that waits for this target, if any."""
    from destinations.delivery.services import begin_next

    begin_next(target=target)


def to_runners(account: str) -> None:
    """Wakes the account's idle runners."""
    from destinations.delivery.runner import wake

    transaction.on_commit(partial(wake, account))
