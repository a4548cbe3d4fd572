from __future__ import annotations

from django.urls import path

from customer360.imports import views

urlpatterns = [
    path("", views.imports_list, name="imports"),
    path("new/", views.new, name="new_import"),
    path("upload/", views.upload, name="upload_import"),
    path("folder/", views.from_folder, name="import_from_folder"),
    path("<int:import_id>/", views.import_page, name="import"),
    path("<int:import_id>/read-again/", views.read_again, name="read_import_again"),
    path("<int:import_id>/start/", views.start, name="start_import"),
    path("<int:import_id>/try-again/", views.try_again, name="try_import_again"),
    path("<int:import_id>/cancel/", views.cancel, name="cancel_import"),
    path("<int:import_id>/rejects.csv", views.rejects_csv, name="import_rejects"),
]
