from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action, display

from destinations.admin.fit import fit_column
from destinations.admin.setup import SetupModelAdmin
from destinations.concerns import ends_soon
from destinations.fitting import misfits
from destinations.forms import plugin_settings
from destinations.forms.destinations import DestinationForm
from destinations.history import last_deliveries
from destinations.models import Destination
from destinations.plugins import CATALOGUE, chosen_plugin
from destinations.services.account_fields import kept_account_fields
from destinations.services.destinations import delete_destination, require_unused
from destinations.views.catalogue import guard_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.access import Access

ADD_TEMPLATE = "data_template:manage"
OUT_OF_SIGHT = (
    "You don't see it here: someone who may see personal data has to open it to people with Restrict PII access."
)


class DestinationAdmin(SetupModelAdmin):
    view_action = "destination:view"
    manage_action = "destination:manage"
    icon = "output"
    when_empty = "A destination is an account that audiences are sent to, with its settings and who may use it."
    form = DestinationForm
    list_display = ("name", "plugin_name", "credential", "standing_label", "open_to", "usage")
    list_filter = ("status", "allow_business_users")
    reading_fields = (
        "name",
        "description",
        "plugin_name",
        "credential",
        "standing_in_words",
        "settings_in_words",
        "allow_business_users",
        "allow_restricted_pii",
    )
    change_form_outer_after_template = "destinations/admin/destination_panel.html"
    actions_row = ("add_data_template",)
    actions_detail = ("add_data_template",)
    asked_first = ("name", "description", "plugin_key", "credential", "save_untested", "seen_revision")
    access_fields = ("allow_business_users", "allow_restricted_pii")

    class Media:
        js: ClassVar[Any] = (forms.Script("destinations/plugin.js", type="module"),)

    def get_queryset(self, request: HttpRequest) -> Any:
        access = request.access  # type: ignore[attr-defined]  # a TenantRequest
        return Destination.objects.visible_to(access).with_usage(access).select_related("credential")

    def get_list_display(self, request: Any) -> tuple[Any, ...]:
        """Adds the column of what no longer fits, computed once for all rows."""
        return (*self.list_display, fit_column(misfit.destination for misfit in misfits(request.access)))

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  Django's signature
        """The form adds the fields of its plugin's settings itself."""
        return super().get_form(request, obj, change=change, **{**kwargs, "fields": DestinationForm.Meta.fields})

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        plugin = (
            obj.plugin if obj else chosen_plugin(request.POST.get("plugin_key") or request.GET.get("plugin_key"))
        )
        asked = plugin_settings.sections(plugin.settings_model)
        return [
            (None, {"fields": self.asked_first}),
            *((title, {"fields": names}) for title, names in asked.items()),
            ("Access", {"fields": self.access_fields}),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "credential" and field is not None:
            field.widget.template_name = "destinations/widgets/credential.html"
        return field

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """A destination uses a plugin: without one in the address, the person chooses it from the catalogue."""
        if request.method == "GET" and request.GET.get("plugin_key") not in CATALOGUE:
            return self._choose_plugin(request)
        return super().add_view(request, form_url, extra_context)

    def _choose_plugin(self, request: Any) -> HttpResponse:
        request.access.require(self.manage_action)
        context = {
            **self.admin_site.each_context(request),
            "title": "Add destination",
            "opts": self.opts,
            "plugins": sorted(CATALOGUE.values(), key=lambda each: (each.category, each.name)),
        }
        return TemplateResponse(request, "destinations/admin/catalogue.html", context)

    def change_view(
        self, request: Any, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        shown = self.get_object(request, object_id)
        context = _panel(shown, request.access) if isinstance(shown, Destination) else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def response_add(self, request: Any, obj: Destination, post_url_continue: str | None = None) -> HttpResponse:
        """Someone who may not see what they have just added is told so instead of being redirected to it."""
        if Destination.objects.visible_to(request.access).filter(pk=obj.pk).exists():
            return super().response_add(request, obj, post_url_continue)
        messages.warning(request, f"“{obj}” is added. {OUT_OF_SIGHT}")
        return redirect("admin:destinations_destination_changelist")

    def require_unused(self, obj: Destination, access: Access) -> None:
        require_unused(obj, access)

    def delete_model(self, request: Any, obj: Destination) -> None:
        delete_destination(destination=obj, actor=request.user)

    def get_actions_row(self, request: Any) -> Any:
        return super().get_actions_row(request) if _may_add_template(request) else []

    def get_actions_detail(self, request: Any, object_id: Any) -> Any:
        return super().get_actions_detail(request, object_id) if _may_add_template(request) else []

    @action(description="Add data template", icon="add", url_path="add-data-template")
    def add_data_template(self, request: Any, object_id: str) -> HttpResponse:
        request.access.require(ADD_TEMPLATE)
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

    @display(description="Status")
    def standing_in_words(self, destination: Destination) -> str:
        return str(self.standing_label(destination)[1])

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


def _may_add_template(request: Any) -> bool:
    return bool(request.access.can(ADD_TEMPLATE))


def _panel(destination: Destination, access: Access) -> dict[str, Any]:
    """What the page shows below the form: account, properties, and whether templates and attributes fit."""
    version = destination.plugin.accounts.api_version
    return {
        "account_fields": kept_account_fields(destination.credential),
        "api_version": version,
        "api_version_ends_soon": ends_soon(version),
        "misfits": misfits(access, destination),
        "templates": destination.templates.visible_to(access),
        "last_delivery": last_deliveries([destination], access).get(destination.pk),
    }
