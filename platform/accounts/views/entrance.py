from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.querysets import tenants_of
from tenants.urls import tenant_reverse

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest


@require_safe
@login_required
def choose_tenant(request: TenantRequest) -> HttpResponse:
    """The way in: straight to a single tenant, a list of several, an explanation for none."""
    tenants = list(tenants_of(request.user))
    if len(tenants) == 1:
        return redirect(tenant_reverse(tenants[0], "home"))
    return render(request, "accounts/choose_tenant.html", {"tenants": tenants})
