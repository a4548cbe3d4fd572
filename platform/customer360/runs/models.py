from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models

from runtime import clock
from tenants.models import TenantModel

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class EngineRun(TenantModel):
    """Something a person asked of the engine; a worker answers with a file that is kept for some days.

    `result` names that Parquet file, `versions` are the table versions that it reads. `restricted_pii` says that
    the person who asked may not see personal data.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting to start…"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    restricted_pii = models.BooleanField(default=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    versions = models.JSONField(default=dict, blank=True)
    data_of = models.DateTimeField(null=True)
    row_count = models.PositiveBigIntegerField(null=True)
    result = models.CharField(max_length=500, blank=True)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    begun_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any]
    """A manager with an `EngineRunQuerySet`."""

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]

    @property
    def is_open(self) -> bool:
        return self.status in {self.Status.WAITING, self.Status.RUNNING}

    @property
    def duration(self) -> timedelta | None:
        """How long the engine has been working on it."""
        begun: datetime | None = self.begun_at
        return (self.ended_at or clock.now()) - begun if begun else None
