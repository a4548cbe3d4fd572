"""Pages outside all tenants: sign-in, the choice of a tenant, health."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

handler403 = "accounts.views.refused"
handler500 = "ui.views.server_error"

urlpatterns = [
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("", include("destinations.urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("_components/", include("ui.urls")))
