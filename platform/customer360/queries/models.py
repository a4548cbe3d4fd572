from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from customer360.queries.querysets import QueryQuerySet, QueryRunQuerySet
from customer360.runs.models import EngineRun
from runtime import clock
from tenants.fields import TenantForeignKey
from tenants.models import TenantModel
from tenants.querysets import TenantManager


class Query(TenantModel):
    """A SQL SELECT over Customer 360. An active one may be built as a table or sent.

    `sql` is what everything else reads. Edits since the activation are in `draft_sql`, which is empty when there
    are none. `revision` counts saves, so that neither of two editors overwrites the other unawares.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    sql = models.TextField()
    draft_sql = models.TextField(blank=True, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar = TenantManager.from_queryset(QueryQuerySet)()

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="query_name_per_tenant",
                violation_error_message="There is a query with this name already. Choose another one.",
            )
        ]
        verbose_name_plural = "queries"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("query", args=[self.pk])

    @property
    def menu_key(self) -> str:
        """Makes the ids of its menu and dialogs unique on a page."""
        return str(self.pk)

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def is_edited(self) -> bool:
        """Whether it is active and has edits that are not yet in force."""
        return bool(self.draft_sql)

    @property
    def text(self) -> str:
        """The text its editor shows: the latest saved."""
        return self.draft_sql or self.sql

    @property
    def last_run(self) -> QueryRun | None:
        """Needs `with_last_run`."""
        runs: list[QueryRun] = getattr(self, "last_runs", [])
        return runs[0] if runs else None


class QueryVersion(TenantModel):
    """An immutable saved text; `activated_at` is when it came into force, if it did."""

    query = TenantForeignKey(Query, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    sql = models.TextField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    saved_at = models.DateTimeField(default=clock.now, editable=False)
    activated_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint("tenant", "query", "number", name="query_versions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.query} v{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("query_version", args=[self.pk])


class QueryRun(EngineRun):
    """One run of a text by a person; `query` is None if it was not yet saved.

    `is_personal` says that personal data decided which rows there are, `is_cut` that more rows were found than
    kept.
    """

    query = TenantForeignKey(Query, null=True, on_delete=models.CASCADE, related_name="runs")
    sql = models.TextField()
    is_personal = models.BooleanField(default=True)
    is_cut = models.BooleanField(default=False)

    objects: ClassVar = TenantManager.from_queryset(QueryRunQuerySet)()

    class Meta(EngineRun.Meta):
        indexes = [models.Index(fields=["tenant", "query", "-created_at"], name="query_runs_latest")]

    def __str__(self) -> str:
        return f"{self.query or 'A query that is not saved'}, run {self.pk}"
