"""Pages inside a tenant."""

from __future__ import annotations

from django.urls import include, path

from notifications.views import alerts, pane

pages = [
    path("", pane.notification_list, name="list"),
    path("count/", pane.count, name="count"),
    path("read/", pane.read_all, name="read_all"),
    path("<int:pk>/", pane.follow, name="follow"),
    path("<int:pk>/read/", pane.read, name="read"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/new/<slug:topic>/", alerts.new_alert, name="new_alert"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
    path("alerts/<int:pk>/stop/", alerts.stop_alert, name="stop_alert"),
]
urlpatterns = [path("notifications/", include((pages, "notifications")))]
