"""What people do with an orchestration from its menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.decorators import require_action
from destinations.delivery.specs import Scope
from destinations.orchestrations.errors import OrchestrationError
from destinations.orchestrations.models import Orchestration
from destinations.orchestrations.services.editing import delete_orchestration, set_paused
from destinations.orchestrations.services.running import run_now

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest

SCOPES = {scope.value: scope for scope in (Scope.FULL, Scope.DRY_RUN, Scope.RESEND)}


@require_POST
@require_action("orchestration:run")
def run(request: TenantRequest, orchestration_id: int) -> HttpResponse:
    """`scope` selects a send, a dry run or sending everything again."""
    wanted = _visible(request, orchestration_id)
    scope = SCOPES.get(request.POST.get("scope", ""), Scope.FULL)
    try:
        run_now(orchestration=wanted, actor=request.user, scope=scope)
    except OrchestrationError as error:
        messages.error(request, error.message)
    return redirect(wanted if scope is Scope.DRY_RUN else _origin(request, wanted))


@require_POST
@require_action("orchestration:run")
def pause(request: TenantRequest, orchestration_id: int) -> HttpResponse:
    """`paused` is yes or no."""
    wanted = _visible(request, orchestration_id)
    paused = request.POST.get("paused") == "yes"
    set_paused(orchestration=wanted, paused=paused, actor=request.user)
    words = "is paused and won't start by itself" if paused else "runs by itself again"
    messages.success(request, f"“{wanted}” {words}.")
    return redirect(_origin(request, wanted))


@require_POST
@require_action("orchestration:edit")
def delete(request: TenantRequest, orchestration_id: int) -> HttpResponse:
    wanted = _visible(request, orchestration_id)
    try:
        delete_orchestration(orchestration=wanted, actor=request.user)
    except OrchestrationError as error:
        messages.error(request, error.message)
        return redirect(wanted)
    messages.success(request, f"“{wanted}” is deleted. Its lists stay as they are.")
    return redirect("orchestrations")


def _visible(request: TenantRequest, pk: int) -> Orchestration:
    found: Orchestration = get_object_or_404(Orchestration.objects.visible_to(request.access), pk=pk)
    return found


def _origin(request: TenantRequest, wanted: Orchestration) -> Orchestration | str:
    """Where to redirect: the page that had the button, the list or the orchestration's own."""
    return "orchestrations" if request.POST.get("from") == "list" else wanted
