"""Beat's three fixed jobs; `tenants.chores` says what belongs to each."""

from __future__ import annotations

from celery import shared_task

from tenants import chores
from tenants.chores import Job


@shared_task
def dispatch() -> None:
    chores.run(Job.DISPATCH)


@shared_task
def recover() -> None:
    chores.run(Job.RECOVER)


@shared_task
def keep_house() -> None:
    chores.run(Job.KEEP_HOUSE)
