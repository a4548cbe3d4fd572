from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from structlog.contextvars import get_contextvars

from audit.errors import NoTransactionError
from audit.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import AbstractBaseUser
    from django.db.models import Model


def record(
    *,
    action: str,
    subject: Model | None,
    actor: AbstractBaseUser | None,
    changes: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """One event of the active tenant, which commits or rolls back with the change it records.

    `action` is what happened, as thing and past tense (“credential:revoked”); `actor` is None for what Muster does
    by itself; `changes` holds JSON values, never a secret or a customer's data. Raises NoTransactionError outside
    a transaction.
    """
    if not connection.in_atomic_block:
        message = f"Record “{action}” in the transaction that makes the change."
        raise NoTransactionError(message)
    return AuditEvent.objects.create(
        action=action,
        actor_id=actor.pk if actor else None,
        actor_name=str(actor)[:254] if actor else "",
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=str(subject.pk) if subject else "",
        subject_name=str(subject)[:254] if subject else "",
        changes=dict(changes or {}),
        request_id=get_contextvars().get("request_id", ""),
    )
