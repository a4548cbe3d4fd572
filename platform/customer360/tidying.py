"""Housekeeping of tables and imports.

Keeps files few, and removes versions no one reads and uploads no one confirms; makes sure that marks have reached
the tables built from what is marked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from customer360 import building, rewriting, services, storage
from customer360.imports.services import cancel_import
from customer360.models import Import, Table
from runtime import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from datetime import datetime

PROPOSALS_WAIT = timedelta(days=3)
"""After this long no one will confirm an import any more."""

log = structlog.get_logger(__name__)


def tidy_up() -> None:
    """Runs in every tenant; failures are logged and do not affect other tenants."""
    for tenant in Tenant.objects.all():
        with tenant_scope(tenant):
            tidy_up_here()


def tidy_up_here() -> None:
    """Runs in the active tenant."""
    for table in Table.objects.with_data().select_related("current_version"):
        _tidy(table)
    _pass_on_marks()
    _forget_proposals(clock.now() - PROPOSALS_WAIT)


def _tidy(table: Table) -> None:
    try:
        rewriting.compact(table)
        services.remove_unused_files(table)
    except Exception:
        log.exception("could not tidy up", table_id=table.pk)


def _pass_on_marks() -> None:
    """Passes marks to tables built before the mark was set or required."""
    try:
        building.inherit_marks()
    except Exception:
        log.exception("could not pass on marks")


def _forget_proposals(before: datetime) -> None:
    """Removes proposals no one confirmed, and uploads no import needs; failed imports keep theirs as long."""
    for old in Import.objects.filter(status=Import.Status.PROPOSED, created_at__lt=before):
        cancel_import(import_=old)
    needing = Import.objects.exclude(finished_at__lt=before).values_list("upload", flat=True)
    needed = {storage.path_of(name) for name in needing}
    for path in storage.uploads():
        if path not in needed and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
