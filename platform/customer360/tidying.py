"""House keeping of tables and imports.

Few files, no version that nobody reads, no mark that has not reached the tables built from what is marked, and no
upload that nobody confirms.
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
"""After so long nobody will confirm an import any more."""

log = structlog.get_logger(__name__)


def tidy_up() -> None:
    """In every tenant; what fails is logged and costs nothing else."""
    for tenant in Tenant.objects.all():
        with tenant_scope(tenant):
            tidy_up_here()


def tidy_up_here() -> None:
    """In the active tenant."""
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
    """To tables from before a mark was made or asked for."""
    try:
        building.inherit_marks()
    except Exception:
        log.exception("could not pass on marks")


def _forget_proposals(before: datetime) -> None:
    """Proposals that nobody confirmed, and uploads that no import needs, a failed one for as long."""
    for old in Import.objects.filter(status=Import.Status.PROPOSED, created_at__lt=before):
        cancel_import(import_=old)
    needing = Import.objects.exclude(finished_at__lt=before).values_list("upload", flat=True)
    needed = {storage.path_of(name) for name in needing}
    for path in storage.uploads():
        if path not in needed and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
