from __future__ import annotations

from typing import Any, Self

from tenants.querysets import TenantQuerySet


class TableQuerySet(TenantQuerySet[Any]):
    def with_data(self) -> Self:
        """Tables that have a version to read."""
        return self.filter(current_version__isnull=False)

    def derived(self) -> Self:
        """Tables built from a query, loaded with it."""
        return self.filter(built_from__isnull=False).select_related("built_from", "current_version")

    def profiles(self) -> Self:
        """Tables with one row per customer."""
        return self.filter(role="customer_profiles")

    def orders(self) -> Self:
        return self.filter(role="orders")

    def importable(self) -> Self:
        """Tables whose rows come from files: no query builds them, and Muster does not write them itself."""
        return self.filter(built_from__isnull=True, kept_by_muster=False)

    def lists(self) -> Self:
        """Tables whose rows name customers and say nothing else of importance."""
        return self.filter(role="list")
