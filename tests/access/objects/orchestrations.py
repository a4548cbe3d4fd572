from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.models import Query
from destinations.orchestrations.models import Orchestration, OrchestrationObject
from tests.access.making import made_for
from tests.access.objects.destinations import data_template

if TYPE_CHECKING:
    from tests.cast import Cast


@made_for("orchestrations/<int:orchestration_id>/", "admin/destinations/orchestration/")
def orchestration(cast: Cast) -> Orchestration:
    """Of a query, to a destination that is open to everybody."""
    query, _created = Query.objects.get_or_create(
        name="Everybody", defaults={"sql": "SELECT 1 AS email", "status": Query.Status.ACTIVE}
    )
    made, created = Orchestration.objects.get_or_create(
        name="Weekly",
        defaults={
            "data_template": data_template(cast),
            "owner": cast["datagrid_operator"],
            "workflow": "automatic",
        },
    )
    if created:
        OrchestrationObject.objects.create(orchestration=made, query=query)
    return made
