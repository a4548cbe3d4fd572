from __future__ import annotations

import secrets
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from campaigns.attributes import ATTRIBUTES, Attribute
from campaigns.editor.content import Content
from campaigns.editor.log import LOG, Logged
from campaigns.naming import MOST_OF_A_NAME, MOST_OF_A_TREATMENT
from campaigns.querysets import CampaignManager, CampaignRunManager
from campaigns.states import Command, RunState, Status, may
from destinations.delivery.fields import ValueField
from destinations.delivery.models import Leased
from destinations.schedules.models import Scheduled
from destinations.schedules.words import in_words
from runtime import clock
from tenants.fields import TenantForeignKey
from tenants.models import TenantModel


def new_assignment_key() -> str:
    return secrets.token_hex(16)


class Campaign(Scheduled, TenantModel):
    """Customers of some segments, without those of others, in groups that are sent to destinations."""

    name = models.CharField(max_length=MOST_OF_A_NAME)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    # The person who scheduled it: scheduled sends use this person's access.
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    expected_audience = models.PositiveIntegerField(null=True, editable=False)  # when it was last saved
    assign_first_match_only = models.BooleanField(default=True)
    # Decides who is in which group. Never shown, never changed; a copy of the campaign gets its own.
    assignment_key = models.CharField(max_length=32, default=new_assignment_key, editable=False)
    launch_date = models.DateField("campaign launch date", null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)  # so that a save over a newer one is noticed
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar = CampaignManager()

    class Meta:
        ordering = ["-updated_at"]
        constraints = [models.UniqueConstraint("tenant", Lower("name"), name="campaign_names_differ")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaign", args=[self.pk])

    def may(self, command: Command) -> bool:
        return may(self.status, command, is_due=self.next_run_at is not None)

    @property
    def is_scheduled(self) -> bool:
        """Whether someone has scheduled it; true while it is paused, too."""
        return self.scheduled_by_id is not None

    def take_off_schedule(self) -> None:
        """Stops it from sending by itself, without saving the row."""
        self.next_run_at = self.scheduled_by = None

    @property
    def menu_key(self) -> str:
        """Makes the ids of its menu and dialogs unique on a page."""
        return str(self.pk)

    @property
    def when(self) -> str:
        """The timing in words."""
        return in_words(self.schedule) if self.schedule else "Once, when someone sends it"

    @property
    def is_paused(self) -> bool:
        return self.status == Status.PAUSED

    @property
    def is_recurring(self) -> bool:
        return self.schedule is not None and self.schedule.repeats

    @property
    def destination_names(self) -> list[str]:
        """The campaign's destinations, each once; no queries after `with_list_details` or `whole`."""
        assigned = [each for group in self.groups.all() for each in group.destinations.all()]
        return list(dict.fromkeys(str(each.data_template.destination) for each in assigned))


class CampaignEdit(TenantModel):
    """What is being edited and not yet part of the campaign; empty when nothing is.

    `revision` counts all changes ever made; `log` keeps the latest, so that an outdated page can say by whom.
    """

    campaign = TenantForeignKey(Campaign, on_delete=models.CASCADE, related_name="edits")
    content = ValueField(Content, null=True)
    revision = models.PositiveIntegerField(default=0)
    log = models.JSONField(default=list)
    placed = models.JSONField(default=dict)  # the row of each sub-audience by the id that it had while it was new
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("tenant", "campaign", name="one_edit_of_a_campaign")]

    @property
    def spent(self) -> int:
        """The lowest id that anything new has had: none is used twice, so that old addresses stay valid."""
        return min(map(int, self.placed), default=0)

    @property
    def entries(self) -> tuple[Logged, ...]:
        return LOG.validate_python(self.log)


class EditStep(TenantModel):
    """A campaign in the editor before a change, so that the person who made the change can undo it.

    `content` is empty where it was as saved. Saving the campaign or discarding the edit deletes the steps.
    """

    edit = TenantForeignKey(CampaignEdit, on_delete=models.CASCADE, related_name="steps")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    place = models.CharField(max_length=30)
    words = models.TextField()
    content = ValueField(Content, null=True)

    class Meta:
        ordering = ["pk"]


class Direction(models.TextChoices):
    INCLUDE = "include", "Include"
    EXCLUDE = "exclude", "Exclude"


class CampaignSegment(TenantModel):
    """A segment whose customers are included in the campaign's audience, or excluded from it."""

    campaign = TenantForeignKey(Campaign, on_delete=models.CASCADE, related_name="campaign_segments")
    segment = TenantForeignKey("segments.Segment", on_delete=models.PROTECT, related_name="campaign_segments")
    direction = models.CharField(max_length=7, choices=Direction.choices)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("tenant", "campaign", "segment", name="segment_used_once_in_a_campaign")
        ]


class SubAudience(TenantModel):
    """A part of the audience, by a saved segment or criteria of its own; all remaining recipients come last."""

    campaign = TenantForeignKey(Campaign, on_delete=models.CASCADE, related_name="sub_audiences")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=MOST_OF_A_NAME)
    is_remaining = models.BooleanField(default=False)
    segment = TenantForeignKey(
        "segments.Segment", null=True, blank=True, on_delete=models.PROTECT, related_name="sub_audiences"
    )
    rules = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["is_remaining", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "campaign", "position"],
                name="sub_audiences_are_in_order",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["tenant", "campaign"], condition=Q(is_remaining=True), name="one_rest_of_an_audience"
            ),
            models.CheckConstraint(
                condition=Q(is_remaining=True, segment=None, rules=None)
                | Q(is_remaining=False, segment__isnull=False, rules=None)
                | Q(is_remaining=False, segment=None, rules__isnull=False),
                name="sub_audience_is_decided_in_one_way",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TreatmentGroup(TenantModel):
    """A share of a sub-audience that is sent to destinations, or a control group, which never is."""

    campaign = TenantForeignKey(Campaign, on_delete=models.CASCADE, related_name="groups")
    sub_audience = TenantForeignKey(SubAudience, on_delete=models.CASCADE, related_name="groups")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=MOST_OF_A_TREATMENT)
    percent = models.DecimalField(
        max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]
    )
    is_control = models.BooleanField(default=False)

    class Meta:
        ordering = ["is_control", "position"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                "campaign",
                Lower("name"),
                condition=Q(is_control=False),
                name="treatment_names_differ_in_a_campaign",
            ),
            models.UniqueConstraint(
                fields=["tenant", "sub_audience"],
                condition=Q(is_control=True),
                name="one_control_group_in_a_sub_audience",
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="group_percent_is_a_percentage"
            ),
            models.CheckConstraint(condition=~Q(name__startswith="_"), name="group_name_does_not_start_with_"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupDestination(TenantModel):
    """A treatment group is sent to a destination by a data template, with these attributes."""

    group = TenantForeignKey(TreatmentGroup, on_delete=models.CASCADE, related_name="destinations")
    data_template = TenantForeignKey(
        "destinations.DataTemplate", on_delete=models.PROTECT, related_name="group_destinations"
    )
    attributes = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("tenant", "group", "data_template", name="template_used_once_in_a_group")
        ]

    @property
    def sent_attributes(self) -> tuple[Attribute, ...]:
        return ATTRIBUTES.validate_python(self.attributes)


class CampaignRun(TenantModel, Leased):
    """One send of a campaign: the versions it read, whom it reached, how it ended. Kept as it was."""

    campaign = TenantForeignKey(Campaign, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.PREPARING)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_scheduled = models.BooleanField(default=False)  # started by the schedule, with the access of `started_by`
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    table_versions = models.JSONField(default=dict)  # table name -> id of the version it was read from
    audience_count = models.PositiveIntegerField(null=True)
    control_count = models.PositiveIntegerField(null=True)
    recipients_version = TenantForeignKey(
        "customer360.TableVersion", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    has_outcomes = models.BooleanField(default=False)  # its recipients say what became of them, see `recording`
    problem = models.TextField(blank=True)  # why it ended in Error, for people
    plan = models.JSONField(default=dict)  # the campaign as it was sent, see `snapshots`
    decided_by_pii = models.BooleanField(default=True)  # true also where nobody knows: see `withholding`
    difference = models.JSONField(default=dict)  # customers against the run before, see `recipients.difference`

    objects: ClassVar = CampaignRunManager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint("tenant", "campaign", "number", name="campaign_runs_are_numbered"),
            models.UniqueConstraint(
                fields=["tenant", "campaign"],
                condition=Q(state__in=[RunState.PREPARING, RunState.SENDING, RunState.PAUSED, RunState.STOPPING]),
                name="one_open_run_of_a_campaign",
            ),
        ]

    @property
    def begun_by(self) -> str:
        return "the schedule" if self.is_scheduled else str(self.started_by or "")

    @property
    def has_ended(self) -> bool:
        return RunState(self.state).has_ended


class RunSegment(TenantModel):
    """The version of a segment that a run used, and how it was used; sub-audiences use segments too."""

    run = TenantForeignKey(CampaignRun, on_delete=models.CASCADE, related_name="run_segments")
    segment_version = TenantForeignKey("segments.SegmentVersion", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "tenant", "run", "segment_version", name="segment_version_pinned_once_by_a_run"
            )
        ]


class RunGroup(TenantModel):
    """A group as it was in one run: its names, its share and how many customers it had."""

    run = TenantForeignKey(CampaignRun, on_delete=models.CASCADE, related_name="groups")
    group = TenantForeignKey(TreatmentGroup, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=MOST_OF_A_TREATMENT)
    part = models.PositiveSmallIntegerField(default=0)  # the place of its sub-audience: names may be equal
    sub_audience_name = models.CharField(max_length=MOST_OF_A_NAME)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    is_control = models.BooleanField()
    customers = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class RunDelivery(TenantModel):
    """The delivery that brought a run's group to a destination."""

    run_group = TenantForeignKey(RunGroup, on_delete=models.CASCADE, related_name="run_deliveries")
    data_template = TenantForeignKey(
        "destinations.DataTemplate", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    destination_name = models.CharField(max_length=255)
    delivery = TenantForeignKey("delivery.Delivery", on_delete=models.PROTECT, related_name="run_deliveries")

    class Meta:
        ordering = ["pk"]
