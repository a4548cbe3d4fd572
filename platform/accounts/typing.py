from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.access import Access
    from accounts.models import User
    from tenants.models import Tenant


class TenantRequest(HttpRequest):
    """A request inside a tenant, after AccessMiddleware: signed in, a member, in both scopes."""

    tenant: Tenant
    tenant_slug: str
    access: Access
    user: User
    htmx: HtmxDetails
