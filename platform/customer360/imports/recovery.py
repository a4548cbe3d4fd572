"""One runner at a time for an import, and a new one when the first was killed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models.functions import Now

from customer360.models import Import
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_SPACE = 3600001
"""The PostgreSQL advisory lock class for imports; the function `imports_due` uses this number too."""

_MOST_IDS = 2_147_483_647


@contextmanager
def only_runner(import_id: int) -> Iterator[bool]:
    """Yields whether this process may run the import: no other is running it. The lock ends with the database
    connection, so a killed runner blocks nothing.
    """
    key = [LOCK_SPACE, import_id % _MOST_IDS]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (taken,) = cursor.fetchone()
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def recover() -> None:
    """Enqueues imports that no one is running. Doing so twice is harmless: the lock admits one runner."""
    from customer360.tasks import run_import

    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, import_id FROM imports_due()")
        due = cursor.fetchall()
    for tenant_id, import_id in due:
        with tenant_scope(tenant_id):
            Import.objects.filter(pk=import_id).update(queued_at=Now())
            run_import.enqueue(import_id=import_id)
