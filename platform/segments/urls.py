from __future__ import annotations

from django.urls import path

from segments import views

urlpatterns = [
    path("segments/", views.segments, name="segments"),
    path("segments/<int:segment_id>/", views.segment, name="segment"),
    path("segments/<int:segment_id>/insights/", views.segment_insights, name="segment_insights"),
    path("segments/<int:segment_id>/sql/", views.segment_sql, name="segment_sql"),
]
