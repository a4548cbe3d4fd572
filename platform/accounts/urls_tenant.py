"""Pages inside a tenant."""

from __future__ import annotations

from django.urls import include, path

from accounts.views import activity, members

users = [
    path("", members.member_list, name="list"),
    path("invite/", members.invite, name="invite"),
    path("policies/", members.policy_table, name="policies"),
    path("<int:pk>/", members.edit, name="edit"),
    path("<int:pk>/remove/", members.remove, name="remove"),
    path("invitations/<int:pk>/again/", members.invite_again, name="invite_again"),
    path("invitations/<int:pk>/withdraw/", members.withdraw, name="withdraw"),
]
urlpatterns = [
    path("users/", include((users, "users"))),
    path("audit/", activity.event_list, name="audit"),
]
