from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.shortcuts import redirect
from django.urls import path
from unfold.decorators import display

from destinations.admin.connection import connection, hand_over_link
from destinations.admin.setup import SetupModelAdmin
from destinations.forms.credentials import CredentialForm
from destinations.models import Credential, Destination
from destinations.plugins import CredentialKind
from destinations.services.credentials import delete_credential, require_unused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from accounts.access import Access


class CredentialAdmin(SetupModelAdmin):
    view_action = "credential:view"
    manage_action = "credential:manage"
    icon = "key"
    when_empty = "A credential signs in to an account: by OAuth, a private app token or a service key."
    form = CredentialForm
    list_display = ("name", "plugin_name", "kind", "connection", "portal_id", "usage", "checked_at")
    list_filter = ("kind", "status")
    reading_fields = (
        "name",
        "description",
        "plugin_name",
        "kind",
        "connection_in_words",
        "portal_id",
        "checked_at",
    )
    conditional_fields: ClassVar[dict[str, str]] = {"token": "kind != 'oauth'"}
    change_form_outer_after_template = "destinations/admin/connection_panel.html"
    fieldsets = (
        (
            None,
            {"fields": ("name", "description", "plugin_key", "kind", "token", "save_untested", "seen_revision")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return Credential.objects.with_usage(request.access)  # type: ignore[attr-defined]  # a TenantRequest

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(connection)
        own = path("<int:credential_id>/connection/", view, name="destinations_credential_connection")
        return [own, *super().get_urls()]

    def change_view(
        self, request: Any, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        used_by = Destination.objects.visible_to(request.access).filter(
            credential__in=Credential.objects.with_typed_id(object_id)
        )
        return super().change_view(request, object_id, form_url, {"used_by": used_by, **(extra_context or {})})

    def response_add(self, request: Any, obj: Credential, post_url_continue: str | None = None) -> HttpResponse:
        """For OAuth the next step is the link: at once in a pop-up, else on the credential's page."""
        if obj.kind != CredentialKind.OAUTH or "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        if IS_POPUP_VAR in request.POST:
            return hand_over_link(request, obj)
        messages.success(request, "Saved. Now generate the authorization URL and pass it on.")
        return redirect("admin:destinations_credential_change", obj.pk)

    def require_unused(self, obj: Credential, access: Access) -> None:
        require_unused(obj, access)

    def delete_model(self, request: Any, obj: Credential) -> None:
        delete_credential(credential=obj, actor=request.user)

    @display(description="Plugin", ordering="plugin_key")
    def plugin_name(self, credential: Credential) -> str:
        return credential.plugin.name

    @display(
        description="Connection",
        ordering="status",
        label={"connected": "success", "reauthorise": "danger", "not_connected": "warning"},
    )
    def connection(self, credential: Credential) -> tuple[str, str]:
        check_mark = "✓ " if credential.is_connected else ""
        return credential.status, f"{check_mark}{credential.get_status_display()}"

    @display(description="Connection")
    def connection_in_words(self, credential: Credential) -> str:
        return str(self.connection(credential)[1])

    @display(description="Destinations", ordering="destination_count")
    def usage(self, credential: Any) -> int:
        count: int = credential.destination_count
        return count
