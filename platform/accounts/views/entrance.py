from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from accounts.querysets import tenants_of
from tenants.urls import tenant_reverse
from ui import navigation

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest


@require_safe
@login_required
def choose_tenant(request: TenantRequest) -> HttpResponse:
    """The way in: straight on to an only tenant, a list of several, an explanation for none."""
    tenants = list(tenants_of(request.user))
    if len(tenants) == 1:
        return redirect(tenant_reverse(tenants[0], "home"))
    return render(request, "accounts/choose_tenant.html", {"tenants": tenants})


@require_safe
@require_action("home:view")
def home(request: TenantRequest) -> HttpResponse:
    """The first page of the navigation that this person may use."""
    pages = [item for group in navigation.build(request.access.can, request.path) for item in group.items]
    if pages:
        return redirect(pages[0].url)
    return render(request, "accounts/nothing_yet.html")
