"""The base of every admin page: what an operator does is recorded in our audit instead of Django's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from audit.models import AuditEvent
from audit.services import record

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

HISTORY_PAGE_SIZE = 50


class AuditedModelAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """Additions, changes and deletions are audit events; names of changed fields are kept, values are not."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        self._record(request, obj, "added")

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        self._record(request, obj, "changed", {"fields": _changed_fields(message)})

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self._record(request, obj, "deleted")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        subject = self.get_object(request, object_id)
        if subject is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, subject):
            raise PermissionDenied
        events = Paginator(AuditEvent.objects.about(subject), HISTORY_PAGE_SIZE)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {subject}",
            "opts": self.opts,
            "object": subject,
            "page": events.get_page(request.GET.get("page")),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "audit/object_history.html", context)

    def _record(self, request: Any, obj: Model, verb: str, changes: dict[str, Any] | None = None) -> None:
        record(action=f"{self.opts.model_name}:{verb}", subject=obj, actor=request.user, changes=changes)


def _changed_fields(message: Any) -> list[str]:
    parts = message if isinstance(message, list) else []
    return [name for part in parts for change in part.values() for name in change.get("fields", [])]
