from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.urls import reverse

from destinations.delivery.specs import Scope
from destinations.orchestrations.querysets import OrchestrationQuerySet, RunQuerySet
from destinations.schedules.models import Scheduled
from destinations.schedules.words import in_words
from runtime import clock
from tenants.fields import TenantForeignKey
from tenants.models import TenantModel
from tenants.querysets import TenantManager

if TYPE_CHECKING:
    from customer360.models import Query
    from destinations.delivery.models import Delivery
    from destinations.schedules.recurrence import Schedule
    from segments.models import Segment

USUAL_QUIET_MINUTES = 15
MOST_QUIET_MINUTES = 24 * 60


class Orchestration(Scheduled, TenantModel):
    """Queries or segments sent to a destination: by hand, on a schedule, or whenever there is new data.

    `seen_versions` are the table versions an automatic one last looked at: any other current version is new data.
    """

    class ObjectType(models.TextChoices):
        QUERY = "query", "Query"
        SEGMENT = "segment", "Segment"

    class Workflow(models.TextChoices):
        MANUAL = "manual", "Manual"
        SCHEDULED = "scheduled", "Scheduled"
        AUTOMATIC = "automatic", "Automatic"

    name = models.CharField(max_length=120)
    object_type = models.CharField(max_length=10, choices=ObjectType, default=ObjectType.QUERY)
    data_template = TenantForeignKey(
        "destinations.DataTemplate", on_delete=models.PROTECT, related_name="orchestrations"
    )
    list_name = models.CharField(max_length=500, blank=True)
    property_name = models.CharField(max_length=500, blank=True)
    workflow = models.CharField(max_length=10, choices=Workflow, default=Workflow.MANUAL)
    quiet_minutes = models.PositiveIntegerField(
        default=USUAL_QUIET_MINUTES, validators=[MaxValueValidator(MOST_QUIET_MINUTES)]
    )
    is_paused = models.BooleanField(default=False)
    seen_versions = models.JSONField(default=dict, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar = TenantManager.from_queryset(OrchestrationQuerySet)()

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="orchestration_name",
                violation_error_message="There is an orchestration with this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("orchestration", args=[self.pk])

    @property
    def menu_key(self) -> str:
        """Makes the ids of its menu and dialogs unique on a page."""
        return str(self.pk)

    @property
    def runs_by_itself(self) -> bool:
        return self.workflow != self.Workflow.MANUAL and not self.is_paused

    @property
    def when(self) -> str:
        """The workflow in words."""
        planned: Schedule | None = self.schedule
        if self.workflow == self.Workflow.SCHEDULED and planned:
            return in_words(planned)
        if self.workflow == self.Workflow.AUTOMATIC:
            return f"After new data, once it has been quiet for {self.quiet_minutes} minutes"
        return "By hand"


class OrchestrationObject(TenantModel):
    """One query or segment of an orchestration; this row owns its list and property at the destination."""

    orchestration = TenantForeignKey(Orchestration, on_delete=models.CASCADE, related_name="objects_sent")
    query = TenantForeignKey(
        "customer360.Query", null=True, on_delete=models.PROTECT, related_name="orchestration_objects"
    )
    segment = TenantForeignKey(
        "segments.Segment", null=True, on_delete=models.PROTECT, related_name="orchestration_objects"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(query__isnull=False, segment=None) | Q(query=None, segment__isnull=False),
                name="orchestration_object_is_one_thing",
            ),
            models.UniqueConstraint("tenant", "orchestration", "query", name="query_once_in_an_orchestration"),
            models.UniqueConstraint("tenant", "orchestration", "segment", name="segment_once_in_an_orchestration"),
        ]

    def __str__(self) -> str:
        return str(self.source)

    @property
    def source(self) -> Query | Segment:
        source: Query | Segment = self.query or self.segment
        return source

    @property
    def label(self) -> str:
        """The name of its deliveries for people."""
        return f"{self.orchestration} · {self}"


class OrchestrationRun(TenantModel):
    """One occasion for an orchestration to send. The result is in its deliveries, or in `problem`."""

    class Cause(models.TextChoices):
        PERSON = "person", "By hand"
        SCHEDULE = "schedule", "By schedule"
        DATA = "data", "After new data"

    orchestration = TenantForeignKey(Orchestration, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    cause = models.CharField(max_length=10, choices=Cause)
    scope = models.CharField(max_length=10, default=Scope.FULL)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(default=clock.now)
    queued_at = models.DateTimeField(db_default=Now(), editable=False)  # by PostgreSQL's clock
    begun_at = models.DateTimeField(null=True, help_text="When its deliveries were made, or it was refused.")
    ended_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=24, blank=True, help_text="The status, when nothing could be sent.")
    problem = models.TextField(blank=True)

    objects: ClassVar = TenantManager.from_queryset(RunQuerySet)()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint("tenant", "orchestration", "number", name="orchestration_runs_are_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.orchestration}, run {self.number}"

    @property
    def has_ended(self) -> bool:
        return self.ended_at is not None

    @property
    def is_held(self) -> bool:
        return self.refused == "held"

    @property
    def is_dry(self) -> bool:
        return self.scope == Scope.DRY_RUN


class RunObject(TenantModel):
    """What one run did with one object: its delivery, or why there is none."""

    run = TenantForeignKey(OrchestrationRun, on_delete=models.CASCADE, related_name="run_objects")
    sent_object = TenantForeignKey(
        OrchestrationObject, null=True, on_delete=models.SET_NULL, related_name="run_objects"
    )
    name = models.CharField(max_length=120)
    delivery = TenantForeignKey(
        "delivery.Delivery", null=True, on_delete=models.SET_NULL, related_name="orchestration_runs"
    )
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> str:
        sent: Delivery | None = self.delivery
        return str(sent.get_status_display()) if sent else "Held"
