from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin as DjangoModelAdmin
from django.db.models import TextField
from django.shortcuts import redirect
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from accounts.admin_site import Section
from accounts.model_admin import ActionModelAdmin
from destinations.errors import InUseError, SetupError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.access import Access
    from destinations.forms.setup import SetupForm
    from destinations.models import SetupModel


class WithoutOuterTransaction(DjangoModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Django wraps a form's whole view in a transaction. These forms call the destination over the network, and
    the services that save open their own transactions.
    """

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined, no-any-return]


class SetupModelAdmin(ActionModelAdmin, WithoutOuterTransaction):
    """The form's service saves the input and writes the audit event."""

    section = Section.DESTINATIONS
    actions: Any = None
    warn_unsaved_form = True
    list_filter_submit = False
    search_fields = ("name", "description")
    formfield_overrides: ClassVar[Any] = {TextField: {"widget": UnfoldAdminExpandableTextareaWidget({"rows": 2})}}
    # Shown to people who may view but not change; the form's own fields mean nothing without a form.
    reading_fields: ClassVar[tuple[str, ...]]

    class Media:
        css: ClassVar[Any] = {"all": ("destinations/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model._default_manager.get_queryset()

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": self.reading_fields})]
        return super().get_fieldsets(request, obj)

    def save_model(self, request: Any, obj: SetupModel, form: SetupForm[Any], change: bool) -> None:  # noqa: FBT001  Django's signature
        saved = form.store(actor=request.user)
        obj.pk, obj.tenant_id = saved.pk, saved.tenant_id

    def changeform_view(self, request: Any, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """A save that loses a race after its form was validated is reported like any other refusal."""
        try:
            return super().changeform_view(request, object_id, *args, **kwargs)
        except SetupError as error:
            messages.error(request, error.message)
            return redirect(request.get_full_path())

    def require_unused(self, obj: Any, access: Access) -> None:
        """Raises InUseError for what can't be deleted now, before anyone is asked to confirm.

        The message names only what this person may see.
        """

    def get_deleted_objects(self, objs: Any, request: Any) -> Any:
        """Leaves out related rows that people never see: authorisation links and cached account fields."""
        found: Any = super().get_deleted_objects(objs, request)
        deleted, counts, not_allowed, protected = found
        own = [each for each in deleted if not isinstance(each, list)]
        named = str(self.opts.verbose_name_plural)
        return own, {name: count for name, count in counts.items() if str(name) == named}, not_allowed, protected

    def delete_view(self, request: Any, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        request.access.require(self.manage_action)
        shown = self.get_object(request, object_id)
        try:
            if shown is not None:
                self.require_unused(shown, request.access)
            return super().delete_view(request, object_id, extra_context)
        except InUseError as error:
            messages.error(request, error.message)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Already recorded by the service."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Already recorded by the service."""
