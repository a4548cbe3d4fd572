"""Whether an orchestration may send now, for whom, and what is in the way: asked at save and again at each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.errors import ActionRefused
from destinations.models import DataTemplate
from destinations.orchestrations.errors import RunRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.access import Access
    from customer360.models import Query
    from destinations.orchestrations.models import Orchestration
    from segments.models import Segment

RUN, ACTIVATE = "orchestration:run", "destination:activate"


def require_ready(orchestration: Orchestration, access: Access) -> None:
    """Raises RunRefusedError with the first thing that is in the way of a send for this person."""
    kind = orchestration.object_type
    require_actions(access, RUN, ACTIVATE, f"{kind}:view")
    require_open(orchestration.data_template, access)
    require_active(each.source for each in orchestration.objects_sent.all())
    credential = orchestration.data_template.destination.credential
    if not credential.is_connected:
        message = (
            f"The credential “{credential}” is not connected. An operator has to authorise it; then run it again."
        )
        raise RunRefusedError(message)


def require_actions(access: Access, *actions: str) -> None:
    for action in actions:
        try:
            access.require(action)
        except ActionRefused as error:
            raise RunRefusedError(
                f"Whoever it runs for may no longer do this: “{error.refusal.action.description}”. "
                "Ask an administrator, or let somebody else save it."
            ) from error


def require_open(template: DataTemplate, access: Access) -> None:
    """The template is there for orchestrations, and for this person, personal data included."""
    if not DataTemplate.objects.visible_to(access).for_orchestrations().filter(pk=template.pk).exists():
        raise RunRefusedError(
            f"The data template “{template}” is not open to whoever this runs for. "
            "Choose another one, or ask an operator."
        )


def require_active(sources: Iterable[Query | Segment]) -> None:
    for source in sources:
        if source.status != source.Status.ACTIVE:
            noun = source._meta.verbose_name
            raise RunRefusedError(f"The {noun} “{source}” is a draft. Activate it first.")
