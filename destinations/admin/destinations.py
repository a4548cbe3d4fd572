from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from unfold.decorators import action, display

from destinations.admin.setup import SetupModelAdmin
from destinations.forms.destinations import DestinationForm
from destinations.models import Destination
from destinations.services.destinations import delete_destination
from destinations.views.catalogue import guard_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class DestinationAdmin(SetupModelAdmin):
    view_action = "destination:view"
    manage_action = "destination:manage"
    icon = "output"
    form = DestinationForm
    list_display = ("name", "plugin_name", "credential", "standing_label", "open_to", "usage")
    list_filter = ("status", "allow_business_users")
    reading_fields = (
        "name",
        "description",
        "plugin_name",
        "credential",
        "standing_label",
        "settings_in_words",
        "allow_business_users",
        "allow_restricted_pii",
    )
    actions_row = ("add_data_template",)
    actions_detail = ("add_data_template",)
    fieldsets = (
        (None, {"fields": ("name", "description", "plugin_key", "credential", "save_untested", "seen_revision")}),
        ("Settings", {"fields": ("audience_key", "create_new_contacts", "foreign_members")}),
        ("Guards", {"fields": ("empty_audience", "max_change_percent", "max_removals", "guard_daily_calls")}),
        ("Limits", {"fields": ("quota_share", "daily_calls")}),
        ("Access", {"fields": ("allow_business_users", "allow_restricted_pii")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return Destination.objects.with_usage().select_related("credential")

    def delete_model(self, request: Any, obj: Destination) -> None:
        delete_destination(destination=obj, actor=request.user)

    def has_add_data_template_permission(self, request: Any, object_id: Any = None) -> bool:
        return bool(request.access.can("data_template:manage"))

    @action(
        description="Add data template",
        icon="add",
        url_path="add-data-template",
        permissions=["add_data_template"],
    )
    def add_data_template(self, request: HttpRequest, object_id: str) -> HttpResponse:
        destination = self.get_object(request, object_id)
        if destination is None:
            raise Http404
        return redirect(f"{reverse('admin:destinations_datatemplate_add')}?destination={destination.pk}")

    @display(description="Plugin", ordering="plugin_key")
    def plugin_name(self, destination: Destination) -> str:
        return f"{destination.plugin.name} ({destination.plugin.category})"

    @display(
        description="Status",
        ordering="status",
        label={
            "Connected": "success",
            "Reauthorise": "danger",
            "Not connected": "warning",
            "Not tested": "warning",
        },
    )
    def standing_label(self, destination: Destination) -> tuple[str, str]:
        check_mark = "✓ " if destination.standing == "Connected" else ""
        return destination.standing, f"{check_mark}{destination.standing}"

    @display(description="Settings")
    def settings_in_words(self, destination: Destination) -> str:
        settings = destination.connector_settings()
        contacts = "New contacts are created." if settings.create_new_contacts else "No contacts are created."
        held = "; ".join(guard_words(settings.guards)) or "never"
        return f"{contacts} Members not added by Muster: {settings.foreign_members}. A send waits {held}."

    @display(description="Open to")
    def open_to(self, destination: Destination) -> str:
        people = {
            "business users": destination.allow_business_users,
            "restricted PII": destination.allow_restricted_pii,
        }
        return ", ".join(name for name, allowed in people.items() if allowed) or "operators"

    @display(description="Data templates", ordering="template_count")
    def usage(self, destination: Any) -> str:
        return str(destination.template_count or "none: can't be used yet")
