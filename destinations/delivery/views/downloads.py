"""A delivery's rows as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from destinations.delivery.models import Delivery
from destinations.delivery.reports import Rows
from ui.downloads import csv_download

if TYPE_CHECKING:
    from django.http import StreamingHttpResponse

    from accounts.typing import TenantRequest
    from destinations.delivery.reports import ReportRow

HEADER = ("customer_key", "email", "outcome", "what_happened", "what_to_do", "id_at_destination", "request_id")
REDACTED = "redacted"


@require_safe
@require_action("delivery:download")
def report_csv(request: TenantRequest, delivery_id: int) -> StreamingHttpResponse:
    """Streams from the file of outcomes, without further database access."""
    delivery = get_object_or_404(Delivery.objects.visible_to(request.access), pk=delivery_id)
    if not delivery.outcomes_file:
        raise Http404
    if delivery.is_withheld_from(request.access):
        request.access.require("pii:view")
    rows = Rows(delivery, restricted=request.access.restricted_pii)
    return csv_download(f"delivery-{delivery.pk}.csv", HEADER, map(_values, rows.all()))


def _values(row: ReportRow) -> tuple[str, ...]:
    who = (REDACTED if value is None else value for value in (row.key, row.email))
    return (*who, row.status, row.what, row.todo, row.external_id, row.request_id)
