"""The attributes each destination gets unless a treatment group differs: the link next to Create campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import require_action
from destinations.forms.attributes import DefaultAttributesForm
from destinations.models import Destination

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest

UNPROCESSABLE = 422


@require_safe
@require_action("campaign:view")
def default_attributes(request: TenantRequest) -> HttpResponse:
    shown = Destination.objects.visible_to(request.access).prefetch_related("default_attributes")
    return render(request, "destinations/default_attributes.html", {"destinations": shown})


@require_http_methods(["GET", "POST"])
@require_action("campaign:edit")
def edit_default_attributes(request: TenantRequest, destination_id: int) -> HttpResponse:
    visible = Destination.objects.visible_to(request.access).select_related("credential")
    destination = get_object_or_404(visible, pk=destination_id)
    entered = request.POST if request.method == "POST" else None
    form = DefaultAttributesForm(entered, destination=destination)
    if form.is_valid() and form.save(request.user):
        messages.success(request, f"New treatment groups send these attributes to “{destination}”.")
        return redirect("default_attributes")
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"destination": destination, "form": form}
    return render(request, "destinations/edit_default_attributes.html", context, status=status)
