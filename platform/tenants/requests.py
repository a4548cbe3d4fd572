from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from tenants.models import Tenant


class ScopedRequest(HttpRequest):
    """A request after TenantMiddleware: `tenant_slug` is what the address names, `tenant` the tenant found."""

    tenant_slug: str | None
    tenant: Tenant | None
