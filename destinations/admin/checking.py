"""What is wrong with a data template, shown while an operator edits it; nothing is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.admin_site import site
from customer360.engine.errors import EngineError
from destinations.errors import SetupError
from destinations.models import DataTemplate
from destinations.services.account_fields import kept_account_fields, refresh_account_fields
from destinations.value_checks import Rules, unfit_values

if TYPE_CHECKING:
    from accounts.typing import TenantRequest
    from destinations.forms.data_templates import DataTemplateForm
    from destinations.mappings import ColumnMapping
    from destinations.models import Destination

TEMPLATE = "destinations/admin/mapping_check.html"


@require_POST
def check(request: TenantRequest) -> HttpResponse:
    """Checks the form's names and mapping, also against the data. With `refresh` in the address, renders the
    mapping again with the account's current properties.
    """
    request.access.require("data_template:manage")
    form = _form(request)
    if form.destination is None:
        raise Http404
    if "refresh" in request.GET:
        return _refreshed(request, form.destination)
    form.is_valid()
    context = {"problems": form.problems_so_far(), "columns": _sent(form)} | _unfit(request, form)
    return render(request, TEMPLATE, context)


def _form(request: TenantRequest) -> DataTemplateForm:
    stored = DataTemplate.objects.visible_to(request.access).with_typed_id(request.GET.get("template", "")).first()
    form = site.get_model_admin(DataTemplate).get_form(request, stored, change=stored is not None)
    return cast("DataTemplateForm", form(request.POST, instance=stored))


def _refreshed(request: TenantRequest, destination: Destination) -> HttpResponse:
    try:
        refresh_account_fields(destination.credential)
    except SetupError as error:
        answer = render(request, TEMPLATE, {"problems": [error.message]})
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "[data-check]", "innerHTML"
        return answer
    return HttpResponse(str(_form(request)["columns"]))


def _sent(form: DataTemplateForm) -> list[ColumnMapping]:
    """The columns; empty unless every row is complete."""
    return list(form.cleaned_data.get("columns", []))


def _unfit(request: TenantRequest, form: DataTemplateForm) -> dict[str, Any]:
    assert form.destination is not None  # noqa: S101  refused above
    credential = form.destination.credential
    kept = kept_account_fields(credential)
    rules = Rules(
        identity=credential.plugin.accounts.identity_field,
        fields=kept.by_name() if kept else {},
        hide_pii=request.access.restricted_pii,
    )
    try:
        return {"unfit": unfit_values(_sent(form), rules)}
    except EngineError as error:
        return {"unread": str(error)}
