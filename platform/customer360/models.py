from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from customer360.engine.interface import JOB, NUMBERS, DataType
from customer360.manifest import Manifest
from customer360.queries.models import Query, QueryRun, QueryVersion
from customer360.querysets import TableQuerySet
from customer360.semantics import Semantic
from runtime import clock
from tenants.fields import TenantForeignKey
from tenants.models import TenantModel
from tenants.querysets import TenantManager

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.access import Access

__all__ = ["Column", "Import", "Query", "QueryRun", "QueryVersion", "Table", "TableVersion"]

NAME = RegexValidator(r"^[^\W\d_][\w ]*$", "Begin with a letter; use letters, digits, spaces and underscores.")
LONGEST_BUILD = timedelta(seconds=JOB.seconds)


class Table(TenantModel):
    """A table in the tenant's Customer 360; its rows are in the current version's files.

    One table holds the orders: purchases and revenue are computed from it. `decided_by_pii`: personal data decides
    which rows there are, in the query that built it or in the run whose recipients it keeps.
    """

    class Role(models.TextChoices):
        CUSTOMER_PROFILES = "customer_profiles", "Customer profiles"
        ORDERS = "orders", "Orders"
        LIST = "list", "List of customers"
        OTHER = "other", "Other"

    class BuildStatus(models.TextChoices):
        """The progress of a derived table's next version; empty when there is nothing to do."""

        WAITING = "waiting", "Waiting to be built…"
        RUNNING = "running", "Being built…"
        FAILED = "failed", "Not built"

    name = models.CharField(max_length=100, validators=[NAME])
    description = models.TextField(blank=True)
    role = models.CharField(max_length=20, choices=Role, default=Role.OTHER)
    key_column = models.CharField(max_length=200, blank=True)
    built_from = TenantForeignKey(Query, null=True, blank=True, on_delete=models.PROTECT, related_name="tables")
    build_status = models.CharField(max_length=10, choices=BuildStatus, blank=True, editable=False)
    build_problem = models.TextField(blank=True, editable=False)
    build_changed_at = models.DateTimeField(null=True, editable=False)
    decided_by_pii = models.BooleanField("decided by personal data", default=False, editable=False)
    kept_by_muster = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    current_version = TenantForeignKey("TableVersion", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar = TenantManager.from_queryset(TableQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("tenant", Lower("name"), name="table_name_per_tenant"),
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(role="orders"), name="one_table_of_orders_per_tenant"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("table", args=[self.pk])

    def is_withheld_from(self, access: Access) -> bool:
        """Whether this person may see neither its rows nor their number."""
        return self.decided_by_pii and access.restricted_pii

    @property
    def is_being_built(self) -> bool:
        """Whether a new version is being built; a worker that exceeds the time limit of builds counts as gone."""
        begun: datetime | None = self.build_changed_at
        under_way = self.build_status in {self.BuildStatus.WAITING, self.BuildStatus.RUNNING}
        return under_way and begun is not None and clock.now() - begun < LONGEST_BUILD

    @property
    def was_not_built(self) -> bool:
        return self.build_status == self.BuildStatus.FAILED


class Column(TenantModel):
    """A column as people know it. `companion_of` names the column that this one was computed from at import."""

    Type = DataType

    table = TenantForeignKey(Table, on_delete=models.CASCADE, related_name="columns")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in DataType])
    semantic = models.CharField(max_length=20, choices=Semantic, blank=True)
    is_pii = models.BooleanField("personal data", default=True)
    not_for_activation = models.BooleanField(default=False)
    companion_of = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["tenant", "table", "name"], name="column_name_per_table")]

    def __str__(self) -> str:
        return self.name

    @property
    def data_type(self) -> DataType:
        return DataType(self.type)

    @property
    def is_number(self) -> bool:
        return self.data_type in NUMBERS


class TableVersion(TenantModel):
    """An immutable snapshot of a table: a manifest of immutable files.

    `data_of` is the time of its data: for an import when it came in, for a derived table the oldest of its inputs.
    `built_sql` is the text it was built with.
    """

    table = TenantForeignKey(Table, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    manifest_data = models.JSONField()
    row_count = models.PositiveBigIntegerField()
    origin = models.CharField(max_length=200, blank=True)
    inputs = models.JSONField(default=dict, blank=True)
    built_sql = models.TextField(blank=True)
    data_of = models.DateTimeField(default=clock.now, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "table", "number"], name="version_number_per_table")
        ]

    def __str__(self) -> str:
        return f"{self.table} v{self.number}"

    @property
    def manifest(self) -> Manifest:
        return Manifest.model_validate(self.manifest_data)


class Import(TenantModel):
    """The import of one file into a table. Its instructions are in `spec_data`; see `imports.spec`."""

    class Mode(models.TextChoices):
        REPLACE = "replace", "Replace all rows"
        APPEND = "append", "Add rows"
        UPSERT = "upsert", "Add rows, and replace those with the same key"

    class Status(models.TextChoices):
        PROPOSED = "proposed", "To be confirmed"
        WAITING = "waiting", "Waiting to start…"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    UNDER_WAY = frozenset({Status.WAITING, Status.RUNNING})

    file_name = models.CharField(max_length=255)
    upload = models.CharField(max_length=500)
    spec_data = models.JSONField()
    table = TenantForeignKey(Table, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports")
    table_name = models.CharField(max_length=100, blank=True, validators=[NAME])
    role = models.CharField(max_length=20, choices=Table.Role, default=Table.Role.OTHER)
    key_column = models.CharField(max_length=200, blank=True)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.REPLACE)
    reject_limit = models.PositiveIntegerField(default=1000)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    row_count = models.PositiveBigIntegerField(default=0)
    reject_count = models.PositiveBigIntegerField(default=0)
    rejects = models.CharField(max_length=500, blank=True)
    problem = models.TextField(blank=True)
    version = TenantForeignKey(
        TableVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.pk])

    @property
    def is_under_way(self) -> bool:
        return self.status in self.UNDER_WAY
