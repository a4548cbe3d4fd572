"""Lists of customers: tables whose rows name customers by their key or by their e-mail address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self, TypeVar

from sqlglot import exp

from customer360.companions import address_column
from customer360.engine.interface import DataType
from customer360.engine.types import try_cast
from customer360.models import Table
from customer360.semantics import NAMING, Semantic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from customer360.imports.spec import ImportColumn
    from customer360.models import Column

_KEYS = (Semantic.CUSTOMER_KEY, Semantic.KEY)
Named = TypeVar("Named", "Column", "ImportColumn")


class NamedBy(StrEnum):
    KEY = "key"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class CustomerList:
    """The table `table`, whose `column` names customers; for addresses, the column of the normalised ones.

    `is_personal` says that these names are personal data, as addresses always are, or were selected by it.
    """

    table: str
    column: str
    type: DataType
    by: NamedBy
    is_personal: bool = True

    @classmethod
    def of(cls, table: Table, columns: Collection[Column]) -> Self | None:
        """The list that these columns make of the table: by key rather than address; None without either."""
        key = _first(columns, _KEYS)
        if key is not None:
            is_personal = key.is_pii or table.decided_by_pii
            return cls(table.name, key.name, key.data_type, NamedBy.KEY, is_personal)
        email = _first(columns, (Semantic.EMAIL,))
        return cls(table.name, address_column(email.name), DataType.STRING, NamedBy.EMAIL) if email else None

    def names(self, customer: exp.Expr, kind: DataType) -> exp.Expr:
        """Whether the list contains the customer: true or false, NULL only for one without a key or address.

        `customer` is the customer's key (of type `kind`) or normalised address, as `by` says.
        """
        listed: exp.Expr = exp.column(self.column, table=self.table, quoted=True)
        if kind is not self.type:  # compared as text, because “17” and 17 are the same key
            listed, customer = try_cast(listed, DataType.STRING), try_cast(customer, DataType.STRING)
        present = exp.column(self.column, table=self.table, quoted=True).is_(exp.null()).not_()
        return customer.isin(query=exp.select(listed).from_(exp.to_table(self.table, quoted=True)).where(present))


def current_lists() -> dict[str, CustomerList]:
    """The lists of the active tenant that have data and name customers, by the name of their table."""
    tables = Table.objects.with_data().lists().prefetch_related("columns")
    found = ((table.name, CustomerList.of(table, table.columns.all())) for table in tables)
    return {name: each for name, each in found if each is not None}


def names_customers(semantics: Iterable[str]) -> bool:
    """Whether columns with these meanings can name customers."""
    return not NAMING.isdisjoint(semantics)


def names_openly(columns: Collection[ImportColumn]) -> bool:
    """Whether a list of these columns would name customers by a key that is not personal data."""
    key = _first(columns, _KEYS)
    return key is not None and not key.is_pii


def _first(columns: Collection[Named], semantics: Iterable[Semantic]) -> Named | None:
    return next((column for said in semantics for column in columns if column.semantic == said), None)
