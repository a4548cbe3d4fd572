from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

from django.http import HttpResponseRedirect
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone

from tenants.models import Tenant
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    from tenants.requests import ScopedRequest

TENANT_PATH = re.compile(r"^/t/(?P<slug>[a-z0-9-]+)(?P<rest>/.*)?$")


class TenantMiddleware:
    """The tenant is the script prefix: `/t/<slug>` comes off the path, so every reverse() stays inside.

    Enters the tenant's scope and time zone for the request. Whether the user may be there is decided after
    sign-in is known, by `accounts.middleware`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, plain_request: HttpRequest) -> HttpResponseBase:
        request = cast("ScopedRequest", plain_request)
        request.tenant_slug, request.tenant = None, None
        found = TENANT_PATH.match(request.path_info)
        if found is None:
            return self.get_response(request)
        if found["rest"] is None:
            return HttpResponseRedirect(f"{request.path}/")
        return self._inside(request, slug=found["slug"], rest=found["rest"])

    def _inside(self, request: ScopedRequest, *, slug: str, rest: str) -> HttpResponseBase:
        outer_prefix = get_script_prefix()
        request.tenant_slug = slug
        request.tenant = Tenant.objects.filter(slug=slug).first()
        request.path_info = rest
        request.urlconf = "config.urls_tenant"
        set_script_prefix(f"{outer_prefix.rstrip('/')}/t/{slug}/")
        try:
            with ExitStack() as stack:
                if request.tenant is not None:
                    stack.enter_context(tenant_scope(request.tenant))
                    stack.enter_context(timezone.override(request.tenant.zone))
                return self.get_response(request)
        finally:
            set_script_prefix(outer_prefix)
