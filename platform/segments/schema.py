"""The tables that segments are built on, as the compiler sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from customer360.companions import address_column, reason_column
from customer360.errors import NoSuchTableError
from customer360.lists import CustomerList, NamedBy, current_lists
from customer360.models import Table
from customer360.orders import time_column
from customer360.semantics import Semantic
from segments.queries import ActiveQueries, CustomersOfQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from customer360.engine.interface import DataType


PROFILE_TABLE = "Customer360"

CAMPAIGN_RECIPIENTS = "Campaign_Recipients"
"""The table of who was in which campaign, which Muster keeps itself, and its column that says when."""
SINCE = "started_at"

_WITHOUT_EVENTS = (Table.Role.CUSTOMER_PROFILES, Table.Role.LIST)
"""Roles of tables whose rows are customers, not things that customers did."""


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    type: DataType
    is_pii: bool = False
    semantic: str = ""


@dataclass(frozen=True, slots=True)
class Profiles:
    """The table with one row per customer.

    The column `email_verdict` is empty where mail can be sent to the address, `email_address` has the address as
    Muster writes it. `decided_by_pii`: personal data decides who is in the table.
    """

    table: str
    key: str
    attributes: Mapping[str, Attribute]
    email_verdict: str | None = None
    email_address: str | None = None
    decided_by_pii: bool = False

    @property
    def email(self) -> str | None:
        """The first column of e-mail addresses, as they were imported."""
        return next((each.name for each in self.attributes.values() if each.semantic == Semantic.EMAIL), None)

    @property
    def key_is_pii(self) -> bool:
        """Whether the customers' key is personal data, such as an address."""
        return self.key not in self.attributes or self.attributes[self.key].is_pii


@dataclass(frozen=True, slots=True)
class Related:
    """A table with many rows per customer: column `customer` has the key, `time` when, `value` the worth."""

    table: str
    customer: str
    attributes: Mapping[str, Attribute]
    time: str | None = None
    value: str | None = None
    role: str = ""

    @property
    def tells_purchases(self) -> bool:
        """Whether it is the tenant's table of orders and says when each was made and what it was worth."""
        return self.role == Table.Role.ORDERS and bool(self.time and self.value)


@dataclass(frozen=True, slots=True)
class Schema:
    profiles: Profiles
    related: Mapping[str, Related] = field(default_factory=dict)
    lists: Mapping[str, CustomerList] = field(default_factory=dict)
    queries: Mapping[int, CustomersOfQuery] = field(default_factory=dict)

    @property
    def tables(self) -> frozenset[str]:
        """Names of the tables whose columns can be asked about."""
        return frozenset({self.profiles.table, *self.related})

    @property
    def orders(self) -> Related | None:
        """The table that purchases and revenue are computed from."""
        return next((table for table in self.related.values() if table.tells_purchases), None)

    def has_orders(self, table: str) -> bool:
        """Whether each row of the table is an order."""
        return self.orders is not None and self.orders.table == table

    def is_pii(self, name: str) -> bool:
        """Whether an attribute of the customer is personal data; an unknown one counts as such."""
        attribute = self.profiles.attributes.get(name)
        return attribute is None or attribute.is_pii

    def is_related_pii(self, table: str, name: str) -> bool:
        """The same for an attribute of another table."""
        attribute = self.related[table].attributes.get(name) if table in self.related else None
        return attribute is None or attribute.is_pii

    def names_by_pii(self, table: str) -> bool:
        """Whether a list names customers by personal data; an unknown list counts as such."""
        named = self.lists.get(table)
        return named is None or named.is_personal or (named.by is NamedBy.KEY and self.profiles.key_is_pii)


def current_schema() -> Schema:
    """The tables as segments see them; raises NoSuchTableError without customer profiles.

    Segments are built on `Customer360`, or on the first table of customer profiles where none has that name.
    """
    tables = list(Table.objects.with_data().prefetch_related("columns"))
    profiles = [table for table in tables if table.role == Table.Role.CUSTOMER_PROFILES]
    if not profiles:
        raise NoSuchTableError("There are no customer profiles yet. Import a table of customers first.")
    base = min(profiles, key=lambda table: (table.name != PROFILE_TABLE, table.pk))
    related = [_related(table) for table in tables if table.role not in _WITHOUT_EVENTS]
    by_name = {each.table: each for each in related if each is not None}
    return Schema(_profiles(base), by_name, current_lists(), ActiveQueries(base.key_column))


def _profiles(table: Table) -> Profiles:
    email = _named(table, Semantic.EMAIL)
    verdict, address = (reason_column(email), address_column(email)) if email else (None, None)
    return Profiles(
        table.name, table.key_column, _attributes(table), verdict, address, decided_by_pii=table.decided_by_pii
    )


def _related(table: Table) -> Related | None:
    customer = _named(table, Semantic.CUSTOMER_KEY)
    if customer is None:
        return None
    value = _named(table, Semantic.ORDER_VALUE)
    time = SINCE if table.name == CAMPAIGN_RECIPIENTS else time_column(table.columns.all())
    return Related(table.name, customer, _attributes(table), time, value, table.role)


def _named(table: Table, semantic: Semantic) -> str | None:
    """The first column with the semantic."""
    return next((column.name for column in table.columns.all() if column.semantic == semantic), None)


def _attributes(table: Table) -> dict[str, Attribute]:
    """Columns that people know; those that Muster computes at import can't be asked for by name.

    Where personal data decides which rows there are, having a row reveals it: all columns then count as personal.
    """
    return {
        column.name: Attribute(
            column.name, column.data_type, column.is_pii or table.decided_by_pii, column.semantic
        )
        for column in table.columns.all()
        if not column.companion_of
    }
