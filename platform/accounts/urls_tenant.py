"""Pages inside a tenant."""

from __future__ import annotations

from django.urls import path

from accounts.views import entrance

urlpatterns = [
    path("", entrance.home, name="home"),
]
