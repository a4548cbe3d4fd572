"""Pages outside all tenants."""

from __future__ import annotations

from django.urls import path

from accounts.views import entrance, people

urlpatterns = [
    path("", entrance.choose_tenant, name="choose_tenant"),
    path("account/", people.profile, name="profile"),
    path("invitations/<str:token>/", people.accept_invitation, name="accept_invitation"),
]
