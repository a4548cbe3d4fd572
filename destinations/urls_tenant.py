"""Pages inside a tenant."""

from __future__ import annotations

from django.urls import path

from destinations.views import catalogue

urlpatterns = [
    path("destinations/", catalogue.destinations, name="destinations"),
    path("destinations/<int:destination_id>/", catalogue.destination, name="destination"),
]
