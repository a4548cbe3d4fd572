"""Pages outside all tenants."""

from __future__ import annotations

from django.urls import path

from accounts.views import entrance

urlpatterns = [
    path("", entrance.choose_tenant, name="choose_tenant"),
]
