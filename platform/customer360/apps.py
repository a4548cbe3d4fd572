from __future__ import annotations

from django.apps import AppConfig


class Customer360Config(AppConfig):
    name = "customer360"
    verbose_name = "Customer 360"
