"""What people do with a delivery: stop, approve or resume it, retry what failed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.decorators import require_action
from destinations.delivery import services
from destinations.delivery.models import Delivery
from destinations.delivery.refusals import DeliveryRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from accounts.models import User
    from accounts.typing import TenantRequest


SAMPLES = {"10": 10, "100": 100}


@require_POST
@require_action("delivery:resolve")
def stop(request: TenantRequest, delivery_id: int) -> HttpResponse:
    return _do(request, delivery_id, services.stop_delivery)


@require_POST
@require_action("delivery:resolve")
def approve(request: TenantRequest, delivery_id: int) -> HttpResponse:
    return _do(request, delivery_id, services.approve_delivery)


@require_POST
@require_action("delivery:resolve")
def resume(request: TenantRequest, delivery_id: int) -> HttpResponse:
    return _do(request, delivery_id, services.resume_delivery)


@require_POST
@require_action("delivery:resolve")
def retry(request: TenantRequest, delivery_id: int) -> HttpResponse:
    return _do(request, delivery_id, services.retry_failed_rows)


@require_POST
@require_action("delivery:resolve")
def sample(request: TenantRequest, delivery_id: int) -> HttpResponse:
    rows = SAMPLES.get(request.POST.get("rows", ""), min(SAMPLES.values()))
    return _do(request, delivery_id, partial(services.send_sample, rows=rows))


def _do(request: TenantRequest, delivery_id: int, service: Callable[..., Delivery | None]) -> HttpResponse:
    """Redirects to the service's new delivery, else to this one, or says why it was refused."""
    delivery: Delivery = get_object_or_404(
        Delivery.objects.visible_to(request.access).select_related("target"), pk=delivery_id
    )
    actor: User = request.user
    try:
        made = service(delivery=delivery, actor=actor)
    except DeliveryRefusedError as refusal:
        messages.error(request, refusal.message)
        made = None
    return redirect("delivery", delivery_id=(made or delivery).pk)
