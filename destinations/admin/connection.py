"""What an operator does with a credential's connection: hand out a link, test, read the properties, disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from destinations.delivery.errors import DestinationError
from destinations.errors import SetupError
from destinations.models import Credential
from destinations.services.account_fields import refresh_account_fields
from destinations.services.authorisation import request_authorisation
from destinations.services.credentials import check_credential, disconnect_credential
from destinations.services.tokens import access_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpResponse

    from accounts.typing import TenantRequest


@require_POST
def connection(request: TenantRequest, credential_id: int) -> HttpResponse:
    request.access.require("credential:manage")
    credential = get_object_or_404(Credential, pk=credential_id)
    step = request.POST.get("step", "")
    if step not in {"authorise", *STEPS}:
        return HttpResponseBadRequest("Unknown step.")
    try:
        if step == "authorise":
            return hand_over_link(request, credential)
        messages.success(request, STEPS[step](request, credential))
    except (SetupError, DestinationError) as error:
        messages.error(request, error.message)
    return _back(request, credential)


def _back(request: TenantRequest, credential: Credential) -> HttpResponse:
    """Redirects to the destination whose page asked, else to the credential."""
    asked_by = request.POST.get("destination", "")
    if credential.destinations.with_typed_id(asked_by).exists():
        return redirect("admin:destinations_destination_change", asked_by)
    return redirect("admin:destinations_credential_change", credential.pk)


def hand_over_link(request: TenantRequest, credential: Credential) -> HttpResponse:
    """The page with a fresh link; a pop-up closes and selects the credential where it was opened."""
    from accounts.admin_site import site

    link = request_authorisation(credential=credential, actor=request.user)
    context = {
        **site.each_context(request),
        "title": f"Authorise {credential}",
        "opts": Credential._meta,
        "credential": credential,
        "link": link,
        "is_popup": IS_POPUP_VAR in request.POST,
    }
    return TemplateResponse(request, "destinations/admin/authorisation_link.html", context)


def _test(_request: TenantRequest, credential: Credential) -> str:
    account = check_credential(credential=credential, token=access_token(credential))
    return f"It works: {credential.plugin.name} account {account.portal_id}."


def _read_fields(_request: TenantRequest, credential: Credential) -> str:
    kept = refresh_account_fields(credential)
    return f"Read {len(kept.fields)} properties of the account."


def _disconnect(request: TenantRequest, credential: Credential) -> str:
    disconnect_credential(credential=credential, actor=request.user)
    return "Disconnected: nothing can be sent with this credential until it is connected again."


STEPS: Mapping[str, Callable[[TenantRequest, Credential], str]] = {
    "test": _test,
    "fields": _read_fields,
    "disconnect": _disconnect,
}
