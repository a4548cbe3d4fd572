from __future__ import annotations


class TenantError(Exception):
    """The root of everything the tenancy layer refuses."""


class TenantScopeError(TenantError):
    """Tenant-owned data was touched outside a tenant's scope, or inside another tenant's."""
