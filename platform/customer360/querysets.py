from __future__ import annotations

from typing import Any, Self

from tenants.querysets import TenantQuerySet


class TableQuerySet(TenantQuerySet[Any]):
    def with_data(self) -> Self:
        """Tables that have a version to read."""
        return self.filter(current_version__isnull=False)

    def profiles(self) -> Self:
        """Tables with one row a customer."""
        return self.filter(role="customer_profiles")

    def orders(self) -> Self:
        return self.filter(role="orders")
