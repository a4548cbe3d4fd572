from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, When
from django.db.models.functions import Coalesce

from accounts.models import User
from notifications import topics
from notifications.events import Event
from runtime import clock
from tenants.fields import TenantForeignKey
from tenants.models import TenantModel
from tenants.querysets import TenantManager, TenantQuerySet
from ui import formats

if TYPE_CHECKING:
    from django.db.models import Expression

    from accounts.access import Access


class Kind(models.TextChoices):
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"


class Show(models.TextChoices):
    """The filters of a person's notifications."""

    ALL = "all", "All"
    UNREAD = "unread", "Unread"
    RUNNING = "running", "Running"
    PROBLEMS = "problems", "Problems"
    COMPLETED = "completed", "Completed"

    @classmethod
    def of(cls, value: str | None) -> Show:
        return cls(value) if value in cls.values else cls.ALL

    @property
    def condition(self) -> models.Q:
        return CONDITIONS[self]


CONDITIONS = {
    Show.ALL: models.Q(),
    Show.UNREAD: models.Q(read_at=None),
    Show.RUNNING: models.Q(kind=Kind.RUNNING),
    Show.COMPLETED: models.Q(kind=Kind.COMPLETED),
    Show.PROBLEMS: models.Q(kind__in=[Kind.WARNING, Kind.ERROR]),
}


PLAIN: dict[str, Expression | F] = {"told": F("body"), "total": F("progress_total")}
REDACTED: dict[str, Expression | F] = {
    "told": Coalesce("redacted_body", "body"),
    "total": Case(When(redacted_body=None, then="progress_total")),
}


class NotificationQuerySet(TenantQuerySet["Notification"]):
    def of(self, user: User) -> NotificationQuerySet:
        return self.filter(recipient=user)

    def open_to(self, access: Access) -> NotificationQuerySet:
        """Excludes those about what a person with this access may not, or may no longer, see.

        Each has the words that this person may read as `told`, and as `total` the rows of its progress, if they
        may know them.
        """
        seen = self.annotate(**(REDACTED if access.restricted_pii else PLAIN))
        for topic in topics.topics():
            seen = seen.exclude(topic.closed(access))
        return seen

    def showing(self, show: Show) -> NotificationQuerySet:
        return self.filter(show.condition)

    def unread(self) -> NotificationQuerySet:
        return self.showing(Show.UNREAD)

    def counts(self) -> dict[str, int]:
        """How many each choice of Show would return, in one query."""
        return self.aggregate(**{show.value: models.Count("pk", filter=show.condition) for show in Show})


class Notification(TenantModel):
    """What one person is told about one thread of events; the thread's latest state replaces the one before."""

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=60)
    thread = models.CharField(max_length=100)
    place = models.CharField(
        max_length=100, blank=True, help_text="Shown to those only who may see it: a key of `Topic.places`."
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    redacted_body = models.TextField(  # noqa: DJ001  without one nothing is redacted, and an empty one says nothing
        null=True,
        blank=True,
        help_text="In place of words and progress, for people who may not see personal data.",
    )
    link = models.CharField(max_length=300, blank=True)
    link_text = models.CharField(max_length=40, blank=True, help_text="What can be done where it leads.")
    progress_done = models.PositiveBigIntegerField(null=True)
    progress_total = models.PositiveBigIntegerField(null=True)
    changed_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True)

    objects: ClassVar = TenantManager.from_queryset(NotificationQuerySet)()

    class Meta:
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "recipient", "thread"], name="one_notification_per_thread")
        ]
        indexes = [models.Index(fields=["tenant", "recipient", "-changed_at"], name="notification_latest")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_unread(self) -> bool:
        return self.read_at is None

    @property
    def progress_words(self) -> str:
        return f"{formats.number(self.progress_done or 0)} of {formats.number(self.progress_total or 0)}"

    @property
    def is_running(self) -> bool:
        return self.kind == Kind.RUNNING


USUAL_SKIPPED_PERCENT = 10


class AlertSubscriptionQuerySet(TenantQuerySet["AlertSubscription"]):
    def of(self, user: User) -> AlertSubscriptionQuerySet:
        return self.filter(user=user)

    def open_to(self, access: Access) -> AlertSubscriptionQuerySet:
        """Those about what a person with this access may see."""
        seen = models.Q(pk__in=())
        for topic, subject in topics.subject_labels(access):
            seen |= models.Q(topic=topic, subject=subject)
        return self.filter(seen)

    def hearing_of(self, topic: str, about: tuple[str, ...]) -> AlertSubscriptionQuerySet:
        """Those for the whole topic or one of these subjects, of people who can sign in."""
        return self.filter(topic=topic, subject__in=["", *about], user__is_active=True).select_related("user")


class AlertSubscription(TenantModel):
    """What one person wants to be alerted about: events of a whole topic, or of one subject in it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=60)
    subject = models.CharField(max_length=100, blank=True)
    events = ArrayField(models.CharField(max_length=30, choices=Event))
    by_email = models.BooleanField("Also by e-mail", default=False)
    skipped_percent = models.PositiveSmallIntegerField(
        default=USUAL_SKIPPED_PERCENT, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    objects: ClassVar = TenantManager.from_queryset(AlertSubscriptionQuerySet)()

    class Meta:
        ordering = ["topic", "subject"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "user", "topic", "subject"], name="one_subscription_per_subject"
            )
        ]

    def __str__(self) -> str:
        return topics.label_of(self.topic)

    @property
    def when(self) -> str:
        """The events in words."""
        return ", ".join(self.event_labels)

    @property
    def event_labels(self) -> list[str]:
        return [self._label(event) for event in Event if event in self.events]

    def _label(self, event: Event) -> str:
        return f"More than {self.skipped_percent} % skipped" if event == Event.SKIPPED else event.label

    @property
    def about(self) -> topics.Topic:
        return topics.topic(self.topic)


class SentAlertQuerySet(TenantQuerySet["SentAlert"]):
    def open_to(self, access: Access) -> SentAlertQuerySet:
        """Those about what a person with this access may see, and where it happened."""
        seen = self
        for topic in topics.topics():
            seen = seen.exclude(topic.closed(access))
        return seen


class SentAlert(TenantModel):
    """That somebody was alerted, recorded when it happened; the notification itself keeps changing."""

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=60)
    subject = models.CharField(max_length=100, blank=True)
    place = models.CharField(max_length=100, blank=True)
    event = models.CharField(max_length=30, choices=Event)
    title = models.CharField(max_length=200)
    by_email = models.BooleanField("also by e-mail", default=False)
    sent_at = models.DateTimeField("sent", default=clock.now)

    objects: ClassVar = TenantManager.from_queryset(SentAlertQuerySet)()

    class Meta:
        ordering = ["-sent_at", "-id"]
        indexes = [models.Index(fields=["tenant", "-sent_at"], name="sent_alert_latest")]

    def __str__(self) -> str:
        return self.title


class AlertState(TenantModel):
    """The latest event that a subscription knows of one subject: an alert is sent when it changes."""

    subscription = TenantForeignKey(AlertSubscription, on_delete=models.CASCADE, related_name="states")
    subject = models.CharField(max_length=100)
    event = models.CharField(max_length=30, choices=Event)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "subscription", "subject"], name="one_alert_state")
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.event}"
