from __future__ import annotations


class AuditError(Exception):
    """The root of what the audit refuses."""


class NoTransactionError(AuditError):
    """An event was recorded outside a transaction, so the change and its record could diverge."""
