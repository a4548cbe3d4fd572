"""Names that are unique in a tenant: two people who choose one at the same moment take turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from tenants.models import TenantModel


def claim_names(model: type[TenantModel]) -> None:
    """Nobody else in the tenant can name a row of this kind before this transaction ends.

    Whether a name is free is asked after this; the answer then holds until the row is saved, so that the second of
    two people gets a message and not a constraint error. Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        message = "Names are claimed for a transaction, and there is none."
        raise transaction.TransactionManagementError(message)
    with connection.cursor() as cursor:
        key = f"names of {model._meta.label} in {require_tenant_id()}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
