from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from audit.querysets import AuditEventQuerySet
from runtime import clock
from tenants.models import TenantModel
from tenants.querysets import TenantManager


class AuditEvent(TenantModel):
    """Who did what. The application may add events and read them; the database refuses to change or delete one.

    People and subjects are kept by name as well, because they may be gone when the event is read.
    """

    at = models.DateTimeField(default=clock.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    actor_name = models.CharField(max_length=254, blank=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=100, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_name = models.CharField(max_length=254, blank=True)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=32, blank=True)

    objects: ClassVar = TenantManager.from_queryset(AuditEventQuerySet)()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["tenant", "-at"], name="audit_latest"),
            models.Index(fields=["tenant", "subject_type", "subject_id"], name="audit_about"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_name}".strip()

    @property
    def what(self) -> str:
        """The action in words: “membership:changed” reads “Membership changed”."""
        return self.action.replace(":", " ").replace("_", " ").capitalize()

    @property
    def fields(self) -> str:
        """Which fields of the subject changed, in words: “name, tested at”; none when it was added or deleted."""
        if self.action.endswith((":added", ":deleted")):
            return ""
        changes = self.changes
        names = changes.get("after") or changes.get("fields") or changes
        return ", ".join(str(name).replace("_", " ") for name in names)
