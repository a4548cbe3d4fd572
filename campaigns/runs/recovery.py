"""Resumes runs whose preparation was lost with a killed process or a restarted server. Beat runs it often."""

from __future__ import annotations

from django.db import connection

from tenants.scope import tenant_scope


def recover() -> None:
    """Enqueues runs that nobody is preparing. Doing so twice is harmless: the lease lets in one worker only."""
    from campaigns.tasks import prepare_run

    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, run_id FROM campaign_runs_due()")
        due = cursor.fetchall()
    for tenant_id, run_id in due:
        with tenant_scope(tenant_id):
            prepare_run.enqueue(run_id=run_id)
