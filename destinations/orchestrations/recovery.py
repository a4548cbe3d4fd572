"""Resumes runs that never began, because a process was killed or a message was lost. Beat runs it often."""

from __future__ import annotations

from django.db import connection
from django.db.models.functions import Now

from destinations.orchestrations.models import OrchestrationRun
from destinations.orchestrations.operations import WAITING_FUNCTION
from tenants.scope import tenant_scope


def recover() -> None:
    """Enqueues runs that have waited for a while, repeatedly. Doing so twice is harmless: a run begins once."""
    from destinations.tasks import begin_run

    with connection.cursor() as cursor:
        cursor.callproc(WAITING_FUNCTION)
        waiting = cursor.fetchall()
    for tenant_id, run_id in waiting:
        with tenant_scope(tenant_id):
            OrchestrationRun.objects.filter(pk=run_id).update(queued_at=Now())
            begin_run.enqueue(run_id=run_id)
