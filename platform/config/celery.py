from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("muster")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logs(**_kwargs: Any) -> None:
    """While this is connected, Celery leaves logging alone; settings have configured it."""


@worker_init.connect
def refuse_an_unsafe_database(**_kwargs: Any) -> None:
    from config.checks import require_safe_start

    require_safe_start()
