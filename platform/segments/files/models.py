from __future__ import annotations

from typing import ClassVar

from django.db import models

from customer360.runs.models import EngineRun
from customer360.runs.querysets import EngineRunQuerySet
from tenants.fields import TenantForeignKey
from tenants.querysets import TenantManager


class CustomerFile(EngineRun):
    """The customers of a segment in a file that one person can download; `rules` are those it was made by."""

    segment = TenantForeignKey("segments.Segment", on_delete=models.CASCADE, related_name="files")
    rules = models.JSONField()

    objects: ClassVar = TenantManager.from_queryset(EngineRunQuerySet)()

    class Meta(EngineRun.Meta):
        indexes = [models.Index(fields=["tenant", "segment", "-created_at"], name="customer_files_latest")]

    def __str__(self) -> str:
        return f"Customers of {self.segment}, file {self.pk}"
