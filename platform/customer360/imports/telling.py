"""Tells who started an import how it ended."""

from __future__ import annotations

from customer360.models import Import
from notifications.models import Kind
from notifications.services import notify
from tenants.urls import tenant_reverse

TOPIC = "import"

_KINDS = {
    Import.Status.COMPLETED: Kind.COMPLETED,
    Import.Status.CANCELLED: Kind.WARNING,
    Import.Status.FAILED: Kind.ERROR,
}


def tell(import_: Import) -> None:
    """Call it in the transaction that ends the import, so that it is told once."""
    if import_.started_by is None:
        return
    rejected = f" {import_.reject_count:,} were rejected." if import_.reject_count else ""
    imported = f"{import_.row_count:,} rows imported into {import_.table_name}.{rejected}"
    notify(
        topic=TOPIC,
        thread=f"import:{import_.pk}",
        recipients=[import_.started_by],
        kind=_KINDS[Import.Status(import_.status)],
        title=f"Import of {import_.file_name}: {import_.get_status_display()}",
        body=imported if import_.status == Import.Status.COMPLETED else import_.problem,
        link=tenant_reverse(import_.tenant, "import", import_id=import_.pk),
        link_text="Open the import",
    )
