from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin_forms import WatchfulForm
from accounts.admin_site import Section
from accounts.model_admin import ActionModelAdmin
from destinations.orchestrations.models import Orchestration
from destinations.orchestrations.services.editing import set_paused, set_schedule
from destinations.schedules.cron import Cron, CronError
from destinations.schedules.preview import Preview
from destinations.schedules.recurrence import Kind, Schedule
from runtime import clock
from tenants.models import Tenant

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern


class ScheduleForm(WatchfulForm):
    """Pauses a schedule, or replaces it by a cron expression; everything else is edited in the web pages."""

    watched: ClassVar = {"when": "The schedule", "is_paused": "Is paused"}

    cron = forms.CharField(
        label="Replace by cron expression",
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget({"placeholder": "30 8 * * 1-5"}),
        help_text="Minute, hour, day of the month, month, day of the week, in the tenant's time zone. "
        "Empty: it stays as it is.",
    )

    class Meta:
        model = Orchestration
        fields = ("is_paused",)

    def clean_cron(self) -> str:
        expression = str(self.cleaned_data["cron"]).strip()
        if expression:
            try:
                Cron.parse(expression)
            except CronError as error:
                raise forms.ValidationError(str(error)) from error
        return expression


class ScheduleAdmin(ActionModelAdmin):
    """What runs by itself, and when next. A change takes effect with the save."""

    view_action = "orchestration:view"
    manage_action = "orchestration:run"
    section = Section.SENDING
    icon = "schedule"
    label = "Schedules"
    order = 10
    view_on_site = False
    form = ScheduleForm
    actions: Any = None
    search_fields = ("name",)
    list_display = ("name", "workflow", "in_words", "next_run_at", "is_paused")
    list_filter = ("workflow", "is_paused")
    readonly_fields = ("name", "in_words", "next_runs", "owner")
    fields = ("name", "in_words", "next_runs", "owner", "is_paused", "cron", "seen")

    def get_queryset(self, request: HttpRequest) -> Any:
        by_themselves = Orchestration.objects.exclude(workflow=Orchestration.Workflow.MANUAL)
        return by_themselves.visible_to(request.access)  # type: ignore[attr-defined]  # a TenantRequest

    def get_urls(self) -> list[URLPattern]:
        """Without pages to add and delete: that is done in the web pages."""
        own = f"{self.opts.app_label}_{self.opts.model_name}"
        return [each for each in super().get_urls() if each.name not in {f"{own}_add", f"{own}_delete"}]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    @display(description="When")
    def in_words(self, row: Orchestration) -> str:
        return row.when

    @display(description="Next five runs")
    def next_runs(self, row: Orchestration) -> str:
        planned: Schedule | None = row.schedule
        if planned is None or not row.next_run_at:
            return "None"
        times = [f"{local:%d %B %Y, %H:%M} ({utc:%H:%M} UTC)" for local, utc in Preview(planned).times]
        return format_html("{}", "; ".join(times))

    def save_model(self, request: Any, obj: Orchestration, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        answers = form.cleaned_data
        set_paused(orchestration=obj, paused=answers["is_paused"], actor=request.user)
        if answers["cron"]:
            saved = set_schedule(orchestration=obj, schedule=_by_cron(obj, answers["cron"]), actor=request.user)
            messages.info(request, f"It runs: {saved.when}.")

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The services have recorded it."""


def _by_cron(row: Orchestration, expression: str) -> Schedule:
    tenant = Tenant.objects.get(pk=row.tenant_id)
    return Schedule(
        kind=Kind.CRON,
        zone=tenant.time_zone,
        starts_on=clock.today(tenant.zone),
        cron=expression,
        not_before=clock.now(),
    )
