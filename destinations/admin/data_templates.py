from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin import RelatedFieldListFilter
from django.template.response import TemplateResponse
from django.urls import path
from unfold.decorators import display

from destinations.admin.checking import check
from destinations.admin.fit import fit_column
from destinations.admin.setup import SetupModelAdmin
from destinations.fitting import misfits
from destinations.forms.data_templates import DataTemplateForm
from destinations.models import DataTemplate, Destination
from destinations.services.data_templates import delete_data_template, require_unused

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.urls import URLPattern

    from accounts.access import Access


class OpenDestinations(RelatedFieldListFilter):
    """The destinations that this person may see."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> Any:
        seen = Destination.objects.visible_to(request.access).values("pk")
        return field.get_choices(include_blank=False, limit_choices_to={"pk__in": seen})


class DataTemplateAdmin(SetupModelAdmin):
    view_action = "data_template:view"
    manage_action = "data_template:manage"
    icon = "schema"
    when_empty = "It says how columns become properties. A destination without a data template can't be used."
    form = DataTemplateForm
    list_display = ("name", "destination", "lands_as", "for_whom", "column_count")
    list_filter = (
        ("destination", OpenDestinations),
        "lands_as",
        "available_to_campaigns",
        "available_to_orchestrations",
    )
    conditional_fields: ClassVar[dict[str, str]] = {
        "allow_business_users": "access == 'own'",
        "allow_restricted_pii": "access == 'own'",
        "list_name": "lands_as != 'status_property'",
        "property_name": "lands_as != 'list'",
    }
    reading_fields = (
        "name",
        "description",
        "destination",
        "for_whom",
        "access",
        "allow_business_users",
        "allow_restricted_pii",
        "lands_as",
        "list_name",
        "property_name",
        "mapping_in_words",
    )
    fieldsets = (
        (None, {"fields": ("name", "description", "destination", "seen_revision")}),
        ("Availability", {"fields": ("available_to_orchestrations", "available_to_campaigns")}),
        ("Access", {"fields": ("access", "allow_business_users", "allow_restricted_pii")}),
        ("What an audience becomes", {"fields": ("lands_as", "list_name", "property_name")}),
        ("Mapping", {"fields": ("columns",)}),
    )

    def get_queryset(self, request: Any) -> Any:
        return DataTemplate.objects.visible_to(request.access).with_access()

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "destination":
            kwargs["queryset"] = Destination.objects.visible_to(request.access).select_related("credential")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        """Names the destination above the first fields, because it can't be changed in them."""
        if obj is not None and not self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        destination = obj.destination if obj else _asked_for(request).first()
        (_untitled, fields), *others = self.fieldsets
        return [(f"For the destination “{destination}”", fields), *others]

    def get_list_display(self, request: Any) -> tuple[Any, ...]:
        """Adds the column of what no longer fits, computed once for all rows."""
        return (*self.list_display, fit_column(misfit.subject for misfit in misfits(request.access)))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(check)
        return [path("check/", view, name="destinations_datatemplate_check"), *super().get_urls()]

    def add_view(self, request: Any, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """A data template belongs to a destination: without one in the address, the person chooses it first."""
        if not _asked_for(request).exists():
            return self._choose_destination(request)
        return super().add_view(request, form_url, extra_context)

    def _choose_destination(self, request: Any) -> HttpResponse:
        request.access.require(self.manage_action)
        seen = Destination.objects.visible_to(request.access)
        context = {
            **self.admin_site.each_context(request),
            "title": "Add data template",
            "opts": self.opts,
            "destinations": seen.with_usage(request.access).select_related("credential"),
        }
        return TemplateResponse(request, "destinations/admin/choose_destination.html", context)

    def require_unused(self, obj: DataTemplate, access: Access) -> None:
        require_unused(obj, access)

    def delete_model(self, request: Any, obj: DataTemplate) -> None:
        delete_data_template(template=obj, actor=request.user)

    @display(description="For")
    def for_whom(self, template: DataTemplate) -> str:
        return template.audience

    @display(description="Mapping")
    def mapping_in_words(self, template: DataTemplate) -> str:
        return ", ".join(f"{column.source} → {column.target}" for column in template.column_mappings())

    @display(description="Columns")
    def column_count(self, template: DataTemplate) -> int:
        return len(template.mapping)


def _asked_for(request: Any) -> Any:
    """The destination that a new template is for, if this person may see it."""
    chosen = request.GET.get("destination") or request.POST.get("destination", "")
    return Destination.objects.visible_to(request.access).with_typed_id(chosen)
