from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from tenants import urls

if TYPE_CHECKING:
    from tenants.models import Tenant

register = template.Library()


@register.simple_tag
def global_url(name: str, *args: Any, **kwargs: Any) -> str:
    return urls.global_reverse(name, *args, **kwargs)


@register.simple_tag
def tenant_url(tenant: Tenant, name: str, *args: Any, **kwargs: Any) -> str:
    return urls.tenant_reverse(tenant, name, *args, **kwargs)
