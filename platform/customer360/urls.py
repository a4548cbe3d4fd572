from __future__ import annotations

from django.urls import include, path

from customer360 import views

urlpatterns = [
    path("imports/", include("customer360.imports.urls")),
    path("tables/", views.tables, name="tables"),
    path("tables/<int:table_id>/", views.table, name="table"),
    path("tables/<int:table_id>/edit/", views.edit_table, name="edit_table"),
    path("tables/<int:table_id>/columns/", views.table_columns, name="table_columns"),
    path("tables/<int:table_id>/sample/", views.table_sample, name="table_sample"),
]
