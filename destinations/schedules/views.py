from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.decorators import require_action
from destinations.schedules.forms import ScheduleForm
from destinations.schedules.preview import Preview

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest


@require_POST
@require_action("destination:view")
def preview(request: TenantRequest) -> HttpResponse:
    """The current input of a schedule's fields in words, with its next times."""
    form = ScheduleForm(request.POST, zone=request.tenant.zone)
    shown = Preview(form.schedule()) if form.is_valid() else None
    return render(request, "destinations/components/schedule_preview.html", {"preview": shown, "form": form})
