from __future__ import annotations

from django.urls import include, path

from customer360 import views
from customer360.derived import views as derived

urlpatterns = [
    path("imports/", include("customer360.imports.urls")),
    path("tables/", views.tables, name="tables"),
    path("tables/derived/new/", derived.derive, name="derive_table"),
    path("tables/<int:table_id>/", views.table, name="table"),
    path("tables/<int:table_id>/build/", derived.build_state, name="table_build"),
    path("tables/<int:table_id>/build/again/", derived.build, name="build_table"),
    path("tables/<int:table_id>/delete/", views.delete, name="delete_table"),
    path("tables/<int:table_id>/edit/", views.edit_table, name="edit_table"),
    path("tables/<int:table_id>/columns/", views.table_columns, name="table_columns"),
    path("tables/<int:table_id>/sample/", views.table_sample, name="table_sample"),
]
