"""Pages inside a tenant."""

from __future__ import annotations

from django.urls import path

from destinations.orchestrations.views import actions, editor, listing

urlpatterns = [
    path("orchestrations/", listing.orchestrations, name="orchestrations"),
    path("orchestrations/new/", editor.create, name="create_orchestration"),
    path("orchestrations/<int:orchestration_id>/", listing.orchestration, name="orchestration"),
    path("orchestrations/<int:orchestration_id>/status/", listing.status, name="orchestration_status"),
    path("orchestrations/<int:orchestration_id>/edit/", editor.edit, name="edit_orchestration"),
    path("orchestrations/<int:orchestration_id>/run/", actions.run, name="run_orchestration"),
    path("orchestrations/<int:orchestration_id>/pause/", actions.pause, name="pause_orchestration"),
    path("orchestrations/<int:orchestration_id>/delete/", actions.delete, name="delete_orchestration"),
]
