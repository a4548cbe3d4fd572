"""Pages outside all tenants: where a destination sends people after they have granted access."""

from __future__ import annotations

from django.urls import path

from destinations.views import authorisation

urlpatterns = [
    path("oauth/callback/", authorisation.oauth_callback, name="oauth_callback"),
]
