"""Pages inside a tenant."""

from __future__ import annotations

from django.urls import include, path

from notifications import views

pages = [
    path("", views.notification_list, name="list"),
    path("count/", views.count, name="count"),
    path("read/", views.read_all, name="read_all"),
    path("<int:pk>/", views.follow, name="follow"),
    path("<int:pk>/read/", views.read, name="read"),
]
urlpatterns = [path("notifications/", include((pages, "notifications")))]
