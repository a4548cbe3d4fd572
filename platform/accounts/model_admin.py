from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect

from accounts.decorators import READING
from audit.admin import AuditedModelAdmin

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.urls import URLPattern

    from accounts.admin_site import Section


class ActionModelAdmin(AuditedModelAdmin):
    """An admin page with rights by actions: `view_action` to look, `manage_action` to add, change and delete.

    Read-only policies have the first and not the second, and so get a read-only admin. `icon` is a name of
    Material Symbols; `label` is the side bar's, where the model's plural is not what people call it.
    """

    view_action: ClassVar[str]
    manage_action: ClassVar[str]
    section: ClassVar[Section]
    icon: ClassVar[str] = "database"
    label: ClassVar[str] = ""
    order: ClassVar[int] = 50
    # Models of a section with the same label share a side bar entry; this is the name of the tab there.
    tab: ClassVar[str] = ""
    # What its list says while it is empty.
    when_empty: ClassVar[str] = ""
    # Rows that are created and removed elsewhere are neither added nor deleted here.
    is_kept_elsewhere: ClassVar[bool] = False

    def has_module_permission(self, request: Any) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return bool(request.access.can(self.view_action))

    def get_urls(self) -> list[URLPattern]:
        own = f"{self.opts.app_label}_{self.opts.model_name}"
        left_out = {f"{own}_add", f"{own}_delete"} if self.is_kept_elsewhere else set()
        return [each for each in super().get_urls() if each.name not in left_out]

    def has_add_permission(self, request: Any) -> bool:
        return not self.is_kept_elsewhere and bool(request.access.can(self.manage_action))

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return bool(request.access.can(self.manage_action))

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return not self.is_kept_elsewhere and bool(request.access.can(self.manage_action))

    @transaction.atomic
    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> Any:
        """In one transaction, so that a bulk deletion and its audit events are one."""
        request.access.require(self.view_action)
        return super().changelist_view(request, extra_context)

    def changeform_view(self, request: Any, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        looks = object_id is not None and request.method in READING
        request.access.require(self.view_action if looks else self.manage_action)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def delete_view(self, request: Any, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        request.access.require(self.manage_action)
        return super().delete_view(request, object_id, extra_context)

    def _get_obj_does_not_exist_redirect(self, request: Any, opts: Any, object_id: str) -> HttpResponse:
        """Whatever this person can't see, for any reason, gets the same message, on the list of what they can."""
        messages.warning(request, f"This {opts.verbose_name} is not there any more, or is not open to you.")
        return redirect(f"{self.admin_site.name}:{opts.app_label}_{opts.model_name}_changelist")

    def history_view(self, request: Any, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        request.access.require(self.view_action)
        return super().history_view(request, object_id, extra_context)


class WatchfulModelAdmin(ActionModelAdmin):
    """For a `WatchfulForm`: a row that is being saved is locked first, so that the second of two savers meets what
    the first one stored.
    """

    def get_object(self, request: Any, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST":
            return found
        return self.get_queryset(request).select_for_update(of=("self",)).filter(pk=found.pk).first()
