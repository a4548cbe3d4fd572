from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from runtime import clock
from segments.files.models import CustomerFile
from segments.querysets import SegmentQuerySet
from segments.stored import is_readable, read, read_if_possible
from tenants.fields import TenantForeignKey
from tenants.models import TenantModel
from tenants.querysets import TenantManager

if TYPE_CHECKING:
    from segments.rules import Rules

__all__ = ["BreakdownChoice", "CustomerFile", "Segment", "SegmentEdit", "SegmentVersion"]

NAME_LENGTH = 120


class Segment(TenantModel):
    """An audience defined by conditions. People edit `draft_rules`; everything else uses the active version."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    name = models.CharField(max_length=NAME_LENGTH)
    description = models.TextField(blank=True)
    draft_rules = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    active_version = TenantForeignKey("SegmentVersion", null=True, on_delete=models.SET_NULL, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar = TenantManager.from_queryset(SegmentQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("tenant", Lower("name"), name="segment_name_per_tenant")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("segment", args=[self.pk])

    @property
    def rules(self) -> Rules:
        """The active version's rules, or the draft's where there is none. Raises UnreadableRulesError."""
        return read(self._stored_rules)

    @property
    def rules_if_readable(self) -> Rules:
        """The same, or UnreadableRules: for use where one of many must not stop the others."""
        return read_if_possible(self._stored_rules)

    @property
    def draft(self) -> Rules:
        """The rules being edited. Raises UnreadableRulesError."""
        return read(self.draft_rules)

    @property
    def has_readable_draft(self) -> bool:
        return is_readable(self.draft_rules)

    @property
    def _stored_rules(self) -> dict[str, Any]:
        version: SegmentVersion | None = self.active_version
        draft: dict[str, Any] = self.draft_rules
        return version.rules if version is not None and self.status == self.Status.ACTIVE else draft


class BreakdownChoice(TenantModel):
    """The attributes by which a person has the customers of any segment broken down."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    attributes = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="breakdown_choice_per_person")]

    def __str__(self) -> str:
        return ", ".join(self.attributes)


class SegmentVersion(TenantModel):
    """A segment's rules as they were activated; never changed."""

    segment = TenantForeignKey(Segment, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    rules = models.JSONField()
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    activated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["tenant", "segment", "number"], name="number_per_segment")]

    def __str__(self) -> str:
        return f"{self.segment} v{self.number}"

    @property
    def is_readable(self) -> bool:
        return is_readable(self.rules)

    @property
    def parsed(self) -> Rules:
        """Raises UnreadableRulesError."""
        return read(self.rules)


class SegmentEdit(TenantModel):
    """The draft's rules at `revision`, before `changed_by` changed them: to undo a change, and to compare with.

    A change that was undone, and the undoing itself, are `settled`: they are not undone again. The latter is
    `redoable` until something else is changed: the rules it keeps are those with the change.
    """

    segment = TenantForeignKey(Segment, on_delete=models.CASCADE, related_name="edits")
    revision = models.PositiveIntegerField()
    rules = models.JSONField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    settled = models.BooleanField(default=False)
    redoable = models.BooleanField(default=False)

    class Meta:
        ordering = ["revision"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "segment", "revision"], name="edit_per_segment_revision")
        ]

    def __str__(self) -> str:
        return f"{self.segment} before change {self.revision}"

    @property
    def parsed(self) -> Rules:
        """Raises UnreadableRulesError."""
        return read(self.rules)
