"""What the engine has to do, derived only from the rows' state: for runners and for recovery.

The database function `delivery_due` sees all tenants but returns only ids; to act, callers enter the tenant's
scope.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db import connection


class Step(StrEnum):
    BEGIN = "begin"  # waits, and its target is free
    SLICES = "slices"  # has a slice that can be worked on now
    PLAN = "plan"
    ACCOUNT = "account"
    TELL = "tell"  # has finished, and its owner has not been told


@dataclass(frozen=True, slots=True)
class Due:
    tenant_id: int
    delivery_id: int
    account: str
    step: Step


def due_work(*, account: str | None = None) -> list[Due]:
    """All due work that no worker holds, or one account's slices; least recently served first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, delivery_id, account, step FROM delivery_due(%s)", [account])
        return [Due(tenant, delivery, name, Step(step)) for tenant, delivery, name, step in cursor.fetchall()]
