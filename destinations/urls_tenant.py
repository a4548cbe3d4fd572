"""Pages inside a tenant."""

from __future__ import annotations

from django.urls import include, path

from destinations.schedules.views import preview as schedule_preview
from destinations.views import attributes, catalogue

urlpatterns = [
    path("", include("destinations.orchestrations.urls")),
    path("schedules/preview/", schedule_preview, name="schedule_preview"),
    path("destinations/", catalogue.destinations, name="destinations"),
    path("destinations/attributes/", attributes.default_attributes, name="default_attributes"),
    path(
        "destinations/<int:destination_id>/attributes/",
        attributes.edit_default_attributes,
        name="edit_default_attributes",
    ),
    path("destinations/<int:destination_id>/", catalogue.destination, name="destination"),
]
