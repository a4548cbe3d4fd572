"""A delivery's rows as a file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from destinations.delivery.models import Delivery
from destinations.delivery.reports import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.typing import TenantRequest
    from destinations.delivery.reports import ReportRow

HEADER = ("customer_key", "email", "outcome", "what_happened", "what_to_do", "id_at_destination", "request_id")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
REDACTED = "redacted"


@require_safe
@require_action("delivery:download")
def report_csv(request: TenantRequest, delivery_id: int) -> StreamingHttpResponse:
    """Reads the file of outcomes while it is sent, and the database no more."""
    delivery = get_object_or_404(Delivery, pk=delivery_id)
    if not delivery.outcomes_file:
        raise Http404
    rows = Rows(delivery, restricted=request.access.restricted_pii)
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="delivery-{delivery.pk}.csv"'
    return response


class _Echo:
    """A file whose writes are handed back."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: Rows) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(HEADER)
    for row in rows.all():
        yield writer.writerow([_harmless(value) for value in _values(row)])


def _values(row: ReportRow) -> tuple[str, ...]:
    who = (REDACTED if value is None else value for value in (row.key, row.email))
    return (*who, row.status, row.what, row.todo, row.external_id, row.request_id)


def _harmless(value: str) -> str:
    """A spreadsheet takes it for text, not for a formula."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
