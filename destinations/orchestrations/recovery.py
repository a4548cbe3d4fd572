"""Takes up runs that were never begun, because a process was killed or a message was lost. Beat runs it often."""

from __future__ import annotations

from django.db import connection

from destinations.orchestrations.operations import WAITING_FUNCTION
from tenants.scope import tenant_scope


def recover() -> None:
    """Enqueues what waits. Doing so twice is harmless: a run is begun once."""
    from destinations.tasks import begin_run

    with connection.cursor() as cursor:
        cursor.callproc(WAITING_FUNCTION)
        waiting = cursor.fetchall()
    for tenant_id, run_id in waiting:
        with tenant_scope(tenant_id):
            begin_run.enqueue(run_id=run_id)
