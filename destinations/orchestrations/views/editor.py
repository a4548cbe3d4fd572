from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from accounts.decorators import require_action
from destinations.errors import ChangedMeanwhileError
from destinations.orchestrations.errors import FieldRefusedError, OrchestrationError
from destinations.orchestrations.forms import OrchestrationForm
from destinations.orchestrations.models import Orchestration
from destinations.orchestrations.services.editing import create_orchestration, edit_orchestration

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest


@require_action("orchestration:edit")
def create(request: TenantRequest) -> HttpResponse:
    """A new one, or a copy of the one that `?copy=` names; a number this person can't see is ignored."""
    seen = Orchestration.objects.visible_to(request.access).whole()
    copied = seen.with_typed_id(request.GET.get("copy", "")).first()
    form = OrchestrationForm(
        request.POST if request.method == "POST" else None,
        access=request.access,
        zone=request.tenant.zone,
        orchestration=copied,
        is_copy=copied is not None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = create_orchestration(draft=form.draft(), actor=request.user)
        except FieldRefusedError as error:
            form.add_refusal(error)
        else:
            messages.success(request, f"“{added}” is saved.")
            return redirect(added)
    return _editor(request, form)


@require_action("orchestration:edit")
def edit(request: TenantRequest, orchestration_id: int) -> HttpResponse:
    shown = _visible(request, orchestration_id)
    form = OrchestrationForm(
        request.POST if request.method == "POST" else None,
        access=request.access,
        zone=request.tenant.zone,
        orchestration=shown,
    )
    if request.method == "POST" and form.is_valid() and _saved(request, shown, form):
        messages.success(request, f"“{shown}” is saved.")
        return redirect(shown)
    return _editor(request, form)


def _visible(request: TenantRequest, pk: int) -> Orchestration:
    found: Orchestration = get_object_or_404(Orchestration.objects.visible_to(request.access).whole(), pk=pk)
    return found


def _saved(request: TenantRequest, shown: Orchestration, form: OrchestrationForm) -> bool:
    revision = form.cleaned_data["revision"]
    try:
        edit_orchestration(orchestration=shown, draft=form.draft(), revision=revision, actor=request.user)
    except FieldRefusedError as error:
        form.add_refusal(error)
    except ChangedMeanwhileError as error:
        form.add_error(None, error.message)
        form.show_theirs(Orchestration.objects.whole().get(pk=shown.pk))
    except OrchestrationError as error:
        form.add_error(None, error.message)
    return not form.errors


def _editor(request: TenantRequest, form: OrchestrationForm) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"form": form, "schedule_form": form.schedule_form, "orchestration": form.orchestration}
    return render(request, "orchestrations/editor.html", context, status=status)
