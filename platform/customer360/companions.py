"""Columns that Muster computes beside an imported one, and their names."""

from __future__ import annotations


def address_column(name: str) -> str:
    """Beside a column of e-mail addresses: the normalised address."""
    return f"{name}__email"


def reason_column(name: str) -> str:
    """Beside a column of e-mail addresses: why it can't be sent to, empty where it can."""
    return f"{name}__email_reason"
