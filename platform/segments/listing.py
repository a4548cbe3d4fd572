from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import require_action
from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error
from segments.models import Segment
from segments.personal import withheld_among
from segments.sizes import sizes
from segments.usage import uses_of_each

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest

PAGE = 25
STATES = (("", "Draft and active"), ("active", "Active"), ("draft", "Draft"), ("archived", "Archived"))


@require_safe
@require_action("segment:view")
def segments(request: TenantRequest) -> HttpResponse:
    """One page of the segments; their sizes are loaded afterwards."""
    sought, state = request.GET.get("q", "").strip(), request.GET.get("status", "")
    found = Segment.objects.listed(sought=sought, state=state, order=request.GET.get("sort", ""))
    page = Paginator(found.select_related("active_version", "created_by"), PAGE).get_page(request.GET.get("page"))
    uses = uses_of_each([each.pk for each in page.object_list], request.access)
    context = {
        "page": page,
        "rows": [(each, uses[each.pk]) for each in page.object_list],
        "sought": sought,
        "state": state,
        "states": STATES,
        "may_edit": request.access.can("segment:edit"),
    }
    return render(request, "segments/segments.html", context)


@require_safe
@require_action("segment:view")
def segment_sizes(request: TenantRequest) -> HttpResponse:
    """The sizes of the segments in `ids`, each swapped into its place in the list."""
    ids = [int(each) for each in request.GET.getlist("ids")[:PAGE] if re.fullmatch("[0-9]{1,18}", each)]
    wanted = list(Segment.objects.filter(pk__in=ids).select_related("active_version"))
    try:
        withheld = withheld_among({each.pk: each.rules_if_readable for each in wanted}, request.access)
        found = sizes([each for each in wanted if each.pk not in withheld])
    except (Customer360Error, EngineError) as error:
        return render(request, "segments/sizes.html", {"ids": ids, "problem": str(error)})
    return render(request, "segments/sizes.html", {"sizes": found, "withheld": withheld})
