"""Who is alerted about what in the tenant, and what was sent, for the people who look after it.

Viewers see only what they may see themselves: alerts about other things and places do not exist for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from unfold.decorators import display

from accounts.admin_site import Section, site
from accounts.model_admin import ActionModelAdmin, WatchfulModelAdmin
from notifications.admin_forms import SubscriptionForm
from notifications.models import AlertSubscription, SentAlert
from notifications.services import stop_for
from notifications.topics import label_of, subject_labels

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from accounts.access import Access


def what_column(access: Access) -> Callable[[AlertSubscription | SentAlert], str]:
    """Names the topic and the subject within it, looked up once for all rows."""
    labels = subject_labels(access)

    @display(description="What", ordering="topic")
    def what(row: AlertSubscription | SentAlert) -> str:
        return labels.get((row.topic, row.subject)) or label_of(row.topic)

    return cast("Callable[[AlertSubscription | SentAlert], str]", what)


@admin.register(AlertSubscription, site=site)
class SubscriptionAdmin(WatchfulModelAdmin):
    view_action = "alert:view"
    manage_action = "alert:manage"
    section = Section.SENDING
    icon = "notifications"
    label = "Notifications"
    tab = "Who is alerted"
    when_empty = "Whoever starts something is told how it went. Add an alert for everyone else."
    order = 30
    form = SubscriptionForm
    actions: Any = None
    list_filter = ("by_email",)
    search_fields = ("user__name", "user__email")

    def get_queryset(self, request: Any) -> Any:
        return AlertSubscription.objects.open_to(request.access).select_related("user")

    def get_list_display(self, request: Any) -> Any:
        return ("person", what_column(request.access), "when", "how")

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return self.get_list_display(request)
        return ("member", "about", "events", "skipped_percent", "by_email", "seen")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return () if self.has_change_permission(request, obj) else self.get_list_display(request)

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  Django's signature
        form_fields = SubscriptionForm.Meta.fields
        made: Any = super().get_form(request, obj, change=change, **{**kwargs, "fields": form_fields})
        made.access = request.access
        return made

    def save_model(self, request: Any, obj: AlertSubscription, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        saved = form.store(actor=request.user)
        obj.pk, obj.tenant_id, obj.user, obj.topic = saved.pk, saved.tenant_id, saved.user, saved.topic

    def delete_model(self, request: Any, obj: AlertSubscription) -> None:
        stop_for(subscription=obj, actor=request.user)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The service has recorded it."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """The service has recorded it."""

    @display(description="Who", ordering="user__name")
    def person(self, row: AlertSubscription) -> str:
        return str(row.user)

    @display(description="When")
    def when(self, row: AlertSubscription) -> str:
        return ", ".join(row.event_labels)

    @display(description="How", ordering="by_email")
    def how(self, row: AlertSubscription) -> str:
        return in_words(by_email=row.by_email)


@admin.register(SentAlert, site=site)
class SentAlertAdmin(ActionModelAdmin):
    view_action = "alert:view"
    manage_action = "alert:manage"
    section = Section.SENDING
    icon = "notifications"
    label = "Notifications"
    tab = "What was sent"
    when_empty = "Alerts that have been sent are listed here."
    order = 31
    is_kept_elsewhere = True
    actions: Any = None
    list_filter = ("event", "by_email")
    search_fields = ("title", "recipient__name", "recipient__email")

    def get_queryset(self, request: Any) -> Any:
        return SentAlert.objects.open_to(request.access).select_related("recipient")

    def get_list_display(self, request: Any) -> Any:
        return ("title", "person", "event", what_column(request.access), "how", "sent_at")

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        return self.get_list_display(request)

    get_readonly_fields = get_fields

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    @display(description="Who", ordering="recipient__name")
    def person(self, row: SentAlert) -> str:
        return str(row.recipient)

    @display(description="How", ordering="by_email")
    def how(self, row: SentAlert) -> str:
        return in_words(by_email=row.by_email)


def in_words(*, by_email: bool) -> str:
    return "Here and by e-mail" if by_email else "Here"
