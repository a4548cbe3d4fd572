"""Columns that Muster computes next to an imported one, so that no later reader has to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360 import email
from customer360.engine import DataType
from customer360.semantics import Semantic
from customer360.services import ColumnDraft

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlglot import exp


def address_column(name: str) -> str:
    """The companion of an e-mail column with the normalised address, empty where it can't be sent to."""
    return f"{name}__email"


def reason_column(name: str) -> str:
    """The companion of an e-mail column with why it can't be sent to, empty where it can. Not personal data."""
    return f"{name}__email_reason"


def names_beside(name: str) -> tuple[str, str]:
    """The names of both companions of an e-mail column."""
    return address_column(name), reason_column(name)


def with_companions(columns: Iterable[ColumnDraft]) -> Iterator[ColumnDraft]:
    """The columns, each e-mail column followed by its companions."""
    for column in columns:
        yield column
        if column.semantic == Semantic.EMAIL:
            yield ColumnDraft(
                address_column(column.name),
                DataType.STRING,
                is_pii=column.is_pii,
                not_for_activation=column.not_for_activation,
                companion_of=column.name,
            )
            yield ColumnDraft(reason_column(column.name), DataType.STRING, is_pii=False, companion_of=column.name)


def computed(companion: str, original: str, source: exp.Expr) -> exp.Expr:
    """The value of the companion of column `original`, whose value is `source`."""
    return email.verdict(source) if companion == reason_column(original) else email.address(source)
