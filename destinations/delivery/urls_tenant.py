"""Pages inside a tenant."""

from __future__ import annotations

from django.urls import path

from destinations.delivery.views import actions, downloads, pages

urlpatterns = [
    path("deliveries/", pages.deliveries, name="deliveries"),
    path("deliveries/<int:delivery_id>/", pages.delivery, name="delivery"),
    path("deliveries/<int:delivery_id>/search/", pages.search, name="delivery_search"),
    path("deliveries/<int:delivery_id>/report.csv", downloads.report_csv, name="delivery_csv"),
    path("deliveries/<int:delivery_id>/stop/", actions.stop, name="delivery_stop"),
    path("deliveries/<int:delivery_id>/approve/", actions.approve, name="delivery_approve"),
    path("deliveries/<int:delivery_id>/resume/", actions.resume, name="delivery_resume"),
    path("deliveries/<int:delivery_id>/retry/", actions.retry, name="delivery_retry"),
    path("deliveries/<int:delivery_id>/sample/", actions.sample, name="delivery_sample"),
]
