from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.html import format_html_join
from unfold.decorators import display

from accounts.admin_site import Section
from accounts.model_admin import WatchfulModelAdmin
from destinations.errors import SetupError
from destinations.forms.schedules import TimingForm
from destinations.orchestrations.models import Orchestration
from destinations.orchestrations.services.editing import set_paused, set_schedule
from destinations.schedules.dispatch import GRACE
from destinations.schedules.missed import last_missed, missed_times
from destinations.schedules.preview import Preview
from runtime import clock
from ui import formats

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.models import User
    from destinations.schedules.recurrence import Schedule

# When each of a schedule's own fields is shown.
CONDITIONS = {
    "weekdays": "kind == 'weekly'",
    "month_day": "kind == 'monthly' || kind == 'quarterly'",
    "cron": "kind == 'cron'",
    "at": "kind != 'cron'",
    "ends": "kind != 'once'",
    "ends_on": "kind != 'once' && ends == 'on'",
    "ends_after": "kind != 'once' && ends == 'after'",
}


class ScheduleAdmin(WatchfulModelAdmin):
    """What runs automatically: its next time, missed runs and schedule. A change takes effect on save.

    For `Scheduled` models with `name`, `when` and `is_paused`. Adding and deleting happen on the web pages.
    """

    section = Section.SENDING
    icon = "schedule"
    label = "Schedules"
    order = 10
    is_kept_elsewhere = True
    # The `kind` of these rows in `Occurrence`.
    kind: ClassVar[str]
    # Required besides `manage_action`, because a schedule sends.
    send_action: ClassVar[str]
    # What the services raise, with a message for people.
    refusal: ClassVar[type[Exception]] = SetupError

    view_on_site = False
    actions: Any = None
    search_fields = ("name",)
    list_display: ClassVar[Any] = ("name", "in_words", "next_run", "after_an_outage", "missed", "standing")
    readonly_fields: ClassVar[Any] = (
        "name",
        "in_words",
        "next_runs",
        "after_an_outage",
        "missed_runs",
        "sends_for",
    )
    conditional_fields: ClassVar[dict[str, str]] = CONDITIONS

    def rows(self, request: Any) -> QuerySet[Any]:
        """Rows that run automatically and that this person may see."""
        raise NotImplementedError

    def pause(self, row: Any, *, paused: bool, actor: User) -> None:
        raise NotImplementedError

    def reschedule(self, row: Any, schedule: Schedule, *, actor: User) -> None:
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.rows(request).annotate(last_missed_at=last_missed(self.kind))

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and bool(request.access.can(self.send_action))

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  Django's signature
        """The form defines its own fields."""
        return super().get_form(request, obj, change=change, **{**kwargs, "fields": []})

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        told = (None, {"fields": self.readonly_fields})
        if not self.has_change_permission(request, obj):
            return [told]
        timing = ("kind", "weekdays", "month_day", "cron", "at", "starts_on", "ends", "ends_on", "ends_after")
        scheduled = [("Schedule", {"fields": (*timing, "catch_up")})] if obj and obj.schedule else []
        return [told, ("Pause", {"fields": ("is_paused", "seen")}), *scheduled]

    def changeform_view(self, request: Any, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST":
            request.access.require(self.send_action)
        try:
            return super().changeform_view(request, object_id, *args, **kwargs)
        except self.refusal as error:
            messages.error(request, str(error))
            return redirect(request.get_full_path())

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        if form.new_schedule is not None:
            self.reschedule(obj, form.new_schedule, actor=request.user)
        if form.cleaned_data["is_paused"] != form.initial["is_paused"]:
            self.pause(obj, paused=form.cleaned_data["is_paused"], actor=request.user)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Already recorded by the services."""

    @display(description="When")
    def in_words(self, row: Any) -> str:
        return str(row.when)

    @display(description="Next run", ordering="next_run_at")
    def next_run(self, row: Any) -> str:
        return formats.moment(row.next_run_at) if row.next_run_at else formats.DASH

    @display(description="Next five runs")
    def next_runs(self, row: Any) -> str:
        if row.schedule is None or not row.next_run_at:
            return "None planned"
        times = Preview(row.schedule).times
        lines = ((f"{local.day} {local:%b %Y, %H:%M} ({utc:%H:%M} UTC)",) for local, utc in times)
        return format_html_join("", "<div>{}</div>", lines)

    @display(description="After an outage")
    def after_an_outage(self, row: Any) -> str:
        return str(row.catch_up_words)

    @display(description="Missed", label={"none": "success", "overdue": "danger", "missed": "warning"})
    def missed(self, row: Any) -> tuple[str, str]:
        if row.next_run_at and row.next_run_at < clock.now() - GRACE:
            return "overdue", f"{formats.moment(row.next_run_at)}: not started"
        if row.last_missed_at:
            return "missed", f"last {formats.moment(row.last_missed_at)}"
        return "none", "none"

    @display(description="Missed runs")
    def missed_runs(self, row: Any) -> str:
        found = ((formats.moment(each.due_at), told) for each, told in missed_times(self.kind, row.pk))
        return format_html_join("", "<div>{}: {}</div>", found) or "None so far"

    @display(description="State", label={"runs": "success", "paused": "warning"})
    def standing(self, row: Any) -> tuple[str, str]:
        return ("paused", "Paused") if row.is_paused else ("runs", "On")

    @display(description="Sends for")
    def sends_for(self, row: Any) -> str:
        raise NotImplementedError


class OrchestrationTiming(TimingForm):
    class Meta:
        model = Orchestration
        fields = ("is_paused",)


class OrchestrationScheduleAdmin(ScheduleAdmin):
    view_action = "orchestration:view"
    manage_action = "orchestration:edit"
    send_action = "orchestration:run"
    tab = "Orchestrations"
    when_empty = "None runs by itself. An orchestration gets its schedule where it is edited, in the web pages."
    kind = "orchestration"
    form = OrchestrationTiming
    list_filter = ("workflow", "is_paused")

    def rows(self, request: Any) -> QuerySet[Any]:
        by_themselves = Orchestration.objects.exclude(workflow=Orchestration.Workflow.MANUAL)
        seen: QuerySet[Any] = by_themselves.visible_to(request.access).select_related("owner")
        return seen

    def pause(self, row: Orchestration, *, paused: bool, actor: User) -> None:
        set_paused(orchestration=row, paused=paused, actor=actor)

    def reschedule(self, row: Orchestration, schedule: Schedule, *, actor: User) -> None:
        set_schedule(orchestration=row, schedule=schedule, actor=actor)

    @display(description="Sends for")
    def sends_for(self, row: Orchestration) -> str:
        return str(row.owner or "nobody: whoever ran it is gone")
