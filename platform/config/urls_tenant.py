"""Pages inside one tenant, below /t/<slug>/ (see tenants.middleware)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

handler500 = "ui.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = []
