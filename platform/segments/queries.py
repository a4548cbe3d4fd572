"""Customers found by a query: the tenant's active queries, read when rules ask about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.engine.interface import DataType
from customer360.engine.types import try_cast
from customer360.errors import QueryRefusedError
from customer360.models import Query
from customer360.semantics import Semantic
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from runtime import clock
from segments.errors import ComparisonError
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from customer360.sql.checking import CheckedQuery, OutputColumn

KEYS = (Semantic.KEY, Semantic.CUSTOMER_KEY)


@dataclass(frozen=True, slots=True)
class CustomersOfQuery:
    """The keys that a query finds. `is_personal` when these are personal data, or personal data decides which."""

    name: str
    keys: exp.Select
    is_personal: bool

    def names(self, customer: exp.Expr) -> exp.Expr:
        """Whether the query's result contains the customer's key; both are compared as text."""
        return try_cast(customer, DataType.STRING).isin(query=self.keys.copy())


class ActiveQueries(Mapping[int, CustomersOfQuery]):
    """The active queries by their ids. Each is read once, and only when it is asked for.

    Raises KeyError for one that is not active, and ComparisonError for one that is unreadable or has no keys.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._read: dict[int, CustomersOfQuery] = {}

    def __getitem__(self, query: int) -> CustomersOfQuery:
        if query not in self._read:
            found = Query.objects.active().filter(pk=query).first()
            if found is None:
                raise KeyError(query)
            self._read[query] = _customers_of(found, self._key)
        return self._read[query]

    def __iter__(self) -> Iterator[int]:
        yield from Query.objects.active().values_list("pk", flat=True)

    def __len__(self) -> int:
        return int(Query.objects.active().count())


def _customers_of(query: Query, profile_key: str) -> CustomersOfQuery:
    try:
        read = checked(query.sql, current_shapes())
    except QueryRefusedError as error:
        # The error may quote the query, which not everyone may read.
        raise ComparisonError(
            f"The query “{query}” can no longer be read. Correct it on its page, or use another one."
        ) from error
    key = _key_of(read, profile_key)
    if key is None:
        raise ComparisonError(f"The query “{query}” has no column with the key of customers. Add “{profile_key}”.")
    zone = Tenant.objects.get(pk=require_tenant_id()).zone
    found = exp.column(key.name, table="found", quoted=True)
    keys = exp.select(try_cast(found, DataType.STRING)).from_(read.at(clock.now(), zone).subquery("found"))
    is_personal = read.uses_personal or read.chosen_by.is_pii or key.is_pii
    return CustomersOfQuery(query.name, keys.where(found.is_(exp.null()).not_()), is_personal)


def _key_of(read: CheckedQuery, profile_key: str) -> OutputColumn | None:
    """The column that names customers: by the name of the profiles' key, or else by its meaning."""
    meant = [each for semantic in KEYS for each in read.columns if each.semantic == semantic]
    named = [each for each in read.columns if each.name.casefold() == profile_key.casefold()]
    return next(iter([*named, *meant]), None)
