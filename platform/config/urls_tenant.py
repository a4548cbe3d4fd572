"""Pages inside one tenant, below /t/<slug>/ (see tenants.middleware)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import include, path

from accounts.admin_site import site

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

handler403 = "accounts.views.refused"
handler500 = "ui.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("campaigns.urls")),
    path("", include("accounts.urls_tenant")),
    path("admin/", site.urls),
    path("", include("notifications.urls")),
    path("", include("customer360.urls")),
    path("", include("customer360.queries.urls")),
    path("", include("destinations.urls_tenant")),
    path("", include("segments.urls")),
    path("", include("destinations.delivery.urls_tenant")),
]
