from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, GeneratedField, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from destinations.delivery.connector import PreparedTarget
from destinations.delivery.fields import ValueField
from destinations.delivery.outcomes import Counts
from destinations.delivery.querysets import DeliveryQuerySet, SliceQuerySet
from destinations.delivery.specs import (
    AccountRef,
    AudienceSpec,
    ConnectorSettings,
    Guards,
    MappingSpec,
    Scope,
    TargetSpec,
)
from tenants.fields import TenantForeignKey
from tenants.models import TenantModel
from tenants.querysets import TenantManager

if TYPE_CHECKING:
    from accounts.access import Access

SCOPE_LABELS = {
    Scope.FULL: "Send",
    Scope.RESEND: "Everything again",
    Scope.SAMPLE: "Sample",
    Scope.RETRY: "Retry",
    Scope.DRY_RUN: "Dry run",
}


class Leased(models.Model):
    """A row that one worker at a time may work on.

    Every lease has a new epoch, and a worker's writes are accepted only while the epoch is still its own, so a
    late but living worker changes nothing. Leases use PostgreSQL's clock.
    """

    lease_epoch = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Target(TenantModel):
    """One place at a destination that is kept equal to an audience, with the ledger of what was sent there."""

    kind = models.CharField(max_length=40)
    account = models.CharField(max_length=100, help_text="The destination's own id of the account.")
    spec = ValueField(TargetSpec)
    owner_kind = models.CharField(max_length=40)
    owner_id = models.BigIntegerField()
    owner_label = models.CharField(max_length=300)
    prepared = ValueField(PreparedTarget, null=True, blank=True)
    ledger_version = models.PositiveIntegerField(default=0)
    ledger_file = models.CharField(max_length=200, blank=True)
    member_count = models.PositiveIntegerField(
        default=0, help_text="Members that the list should have, by the ledger."
    )
    members_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "owner_kind", "owner_id", "kind", "account"], name="one_target_per_owner"
            )
        ]

    def __str__(self) -> str:
        return self.owner_label


class TargetClaim(TenantModel):
    """A name by which a destination knows a target, unique in the installation: no two audiences share a place."""

    target = TenantForeignKey(Target, on_delete=models.CASCADE, related_name="claims")
    name = models.CharField(max_length=400, unique=True)

    def __str__(self) -> str:
        return self.name


class IdentityMap(TenantModel):
    """Who is who in one account: maps an e-mail address to the destination's id, or to none."""

    kind = models.CharField(max_length=40)
    account = models.CharField(max_length=100)
    version = models.PositiveIntegerField(default=0)
    file = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind", "account"], name="one_identity_map_per_account")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account}"


class Delivery(TenantModel, Leased):
    """One send of one audience to one target, with counts that account for every row."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting to start…"
        PREPARING = "preparing", "Preparing"
        HELD = "held", "Held"
        SENDING = "sending", "Sending"
        STOPPING = "stopping", "Stopping…"
        STOPPED = "stopped", "Stopped"
        COMPLETED = "completed", "Completed"
        COMPLETED_WITH_ERRORS = "completed_with_errors", "Completed with errors"
        FAILED = "failed", "Failed"

    ACTIVE: ClassVar = (Status.PREPARING, Status.HELD, Status.SENDING, Status.STOPPING)
    FINISHED: ClassVar = (Status.STOPPED, Status.COMPLETED, Status.COMPLETED_WITH_ERRORS, Status.FAILED)

    target = TenantForeignKey(Target, on_delete=models.CASCADE, related_name="deliveries")
    status = models.CharField(max_length=24, choices=Status, default=Status.WAITING)
    scope = models.CharField(
        max_length=10, choices=[(scope.value, label) for scope, label in SCOPE_LABELS.items()]
    )
    name = models.CharField(max_length=300)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    # Its input; never changed afterwards.
    audience = ValueField(AudienceSpec)
    mapping = ValueField(MappingSpec)
    connector = ValueField(ConnectorSettings)
    guards = ValueField(Guards)
    sent_to = GeneratedField(
        expression=Cast(KeyTextTransform("destination_id", "connector"), BigIntegerField()),
        output_field=BigIntegerField(null=True),
        db_persist=True,
        help_text="The destination's id, which stays when the destination goes.",
    )
    sent_as = GeneratedField(
        expression=Cast(KeyTextTransform("data_template_id", "mapping"), BigIntegerField()),
        output_field=BigIntegerField(null=True),
        db_persist=True,
        help_text="The data template's id, which stays when the data template goes.",
    )
    account = models.CharField(max_length=200, db_index=True, help_text="Whose quota and queue it uses.")
    sample_size = models.PositiveIntegerField(null=True, blank=True)
    retries = TenantForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="retried_by")

    # What it found and produced.
    prepared = ValueField(PreparedTarget, null=True, blank=True)
    members_file = models.CharField(max_length=200, blank=True)
    shaped_file = models.CharField(max_length=200, blank=True, help_text="The audience in its written form.")
    plan_file = models.CharField(max_length=200, blank=True)
    planned = models.JSONField(default=dict, blank=True, help_text="Rows by planned change.")
    estimated_calls = models.PositiveIntegerField(null=True, blank=True)
    ledger_version = models.PositiveIntegerField(null=True, blank=True, help_text="The one it left behind.")
    outcomes_file = models.CharField(max_length=200, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    held_for = models.JSONField(default=list, blank=True, help_text="Why a person is asked: codes with numbers.")
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True, help_text="For people; holds no customer data.")
    error_reference = models.CharField(max_length=300, blank=True, help_text="For the destination's support.")

    # When.
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)
    sending_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True, help_text="When a worker last took a slice of it.")
    waiting_until = models.DateTimeField(null=True, blank=True, help_text="The destination's limits say so.")
    unanswered_since = models.DateTimeField(null=True, blank=True)
    owner_told_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = TenantManager.from_queryset(DeliveryQuerySet)()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["tenant", "-created_at"]),
            models.Index(fields=["account", "status"]),
            models.Index(fields=["tenant", "sent_to", "-created_at"], name="delivery_by_destination"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["target"],
                condition=Q(status__in=["preparing", "held", "sending", "stopping"]) & ~Q(scope="dry_run"),
                name="one_delivery_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["target"], condition=Q(status="waiting") & ~Q(scope="dry_run"), name="the_next_waits_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def account_ref(self) -> AccountRef:
        connector: ConnectorSettings = self.connector
        return connector.account

    @property
    def place(self) -> str:
        """Where it goes, in words."""
        spec: TargetSpec = self.target.spec
        return spec.place

    @property
    def scope_label(self) -> str:
        return SCOPE_LABELS[self.extent]

    @property
    def extent(self) -> Scope:
        return Scope(self.scope)

    @property
    def tally(self) -> Counts:
        return Counts(**self.counts)

    @property
    def is_finished(self) -> bool:
        return self.status in self.FINISHED

    def is_withheld_from(self, access: Access) -> bool:
        """Whether personal data decides whom it adds or removes: this person may not learn who or how many."""
        audience: AudienceSpec = self.audience
        return access.restricted_pii and audience.tells_of_pii


class Slice(TenantModel, Leased):
    """A piece of a delivery's work that one worker does in one go."""

    class Phase(models.IntegerChoices):
        """A phase starts when all work of the earlier ones is done."""

        CONNECT = 0, "Find the target and, if need be, its members"
        SEND = 1, "Add and update"
        # After the additions: only then are the contacts behind the new addresses known.
        REMOVE = 2, "Remove"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"

    delivery = TenantForeignKey(Delivery, on_delete=models.CASCADE, related_name="slices")
    phase = models.PositiveSmallIntegerField(choices=Phase)
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    not_before = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Times that some calls had no answer.")
    file = models.CharField(max_length=200, blank=True, help_text="What is known of its rows so far.")
    cursor = models.CharField(max_length=300, blank=True)
    creating = models.JSONField(default=list, blank=True, help_text="Rows that a call was about to create.")
    calls = models.JSONField(default=dict, blank=True, help_text="Calls by purpose.")
    timeline = models.JSONField(default=dict, blank=True, help_text="Calls by ten seconds since the epoch.")

    objects: ClassVar = TenantManager.from_queryset(SliceQuerySet)()

    class Meta:
        ordering = ["phase", "number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "phase", "number"], name="one_slice_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.phase}/{self.number}"
