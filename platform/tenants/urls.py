"""Addresses that cross between one tenant's pages and the pages outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import get_script_prefix, reverse, set_script_prefix

if TYPE_CHECKING:
    from tenants.models import Tenant


def global_reverse(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page outside all tenants (sign-in, the list of tenants), from anywhere."""
    return _reverse(name, "config.urls", "/", args, kwargs)


def tenant_reverse(tenant: Tenant, name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page inside this tenant, from anywhere."""
    return _reverse(name, "config.urls_tenant", f"/t/{tenant.slug}/", args, kwargs)


def _reverse(name: str, urlconf: str, prefix: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    outer_prefix = get_script_prefix()
    set_script_prefix(prefix)
    try:
        return reverse(name, urlconf=urlconf, args=args, kwargs=kwargs)
    finally:
        set_script_prefix(outer_prefix)
