"""Where an object of an orchestration lands, and that no one else's lands there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from destinations import sending
from destinations.delivery.services import claim_target
from destinations.delivery.specs import OwnerRef
from destinations.errors import NameTemplateError

if TYPE_CHECKING:
    from destinations.delivery.models import Target
    from destinations.delivery.specs import TargetSpec
    from destinations.orchestrations.models import Orchestration, OrchestrationObject

OWNER = "orchestration_object"


def target_spec(sent: OrchestrationObject) -> TargetSpec:
    """Raises NameTemplateError when a name is missing or can't be used."""
    orchestration: Orchestration = sent.orchestration
    return sending.target_spec(
        orchestration.data_template,
        {"object_name": str(sent), "orchestration_name": orchestration.name},
        list_name=orchestration.list_name,
        property_name=orchestration.property_name,
    )


def places(orchestration: Orchestration) -> list[str]:
    """The names of its lists and properties at the destination, as far as they are known."""
    found = []
    for sent in orchestration.objects_sent.all():
        sent.orchestration = orchestration
        with suppress(NameTemplateError):
            found.append(target_spec(sent).place)
    return found


def claim(sent: OrchestrationObject) -> Target:
    """Claims the object's own target. Raises NameTemplateError and TargetTaken."""
    return claim_target(
        owner=OwnerRef(kind=OWNER, id=sent.pk, label=sent.label),
        connector=sending.connector_settings(sent.orchestration.data_template.destination),
        spec=target_spec(sent),
    )
