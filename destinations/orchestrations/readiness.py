"""Whether an orchestration may send now, for whom, and what prevents it: checked on save and again at each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.access import NO_ACCESS, access_of
from accounts.errors import ActionRefused
from destinations.delivery.connecting import TargetTaken
from destinations.delivery.models import Delivery
from destinations.delivery.refusals import AlreadyWaitingError
from destinations.errors import NameTemplateError
from destinations.models import DataTemplate
from destinations.orchestrations import landing
from destinations.orchestrations.audiences import audience_of
from destinations.orchestrations.errors import RunRefusedError
from tenants.models import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.access import Access
    from accounts.models import User
    from customer360.models import Query
    from destinations.orchestrations.models import Orchestration, OrchestrationObject
    from segments.models import Segment

LEFT_OUT = (RunRefusedError, NameTemplateError, TargetTaken, AlreadyWaitingError)
"""Errors that leave one object out of a run, while the others are sent."""

RUN, ACTIVATE = "orchestration:run", "destination:activate"


def in_the_way_of(orchestration: Orchestration) -> str:
    """The first obstacle to an automatic run, in words; empty when it may send."""
    current: Orchestration = type(orchestration).objects.whole().get(pk=orchestration.pk)
    try:
        require_ready(current, access_of_owner(current))
    except RunRefusedError as error:
        return error.message
    return ""


def in_the_way_of_object(sent: OrchestrationObject) -> str:
    """Why a run would leave this object out, in words; empty if it would not. Claims its place, as a run does."""
    try:
        audience_of(sent)
        if landing.claim(sent).deliveries.filter(status=Delivery.Status.WAITING).exists():
            raise AlreadyWaitingError
    except LEFT_OUT as error:
        return str(error.message)
    return ""


def access_of_owner(orchestration: Orchestration) -> Access:
    """The access of the person for whom automatic runs act."""
    owner: User | None = orchestration.owner
    return access_of(owner, Tenant.objects.get(pk=orchestration.tenant_id)) if owner else NO_ACCESS


def require_ready(orchestration: Orchestration, access: Access) -> None:
    """Raises RunRefusedError with the first obstacle to a send for this person."""
    kind = orchestration.object_type
    require_actions(access, RUN, ACTIVATE, f"{kind}:view")
    require_open(orchestration.data_template, access)
    require_active(each.source for each in orchestration.objects_sent.all())
    destination = orchestration.data_template.destination
    if not destination.credential.is_connected:
        raise RunRefusedError(
            f"The credential of “{destination}” is not connected. "
            "An operator has to authorise it; then run it again."
        )


def require_actions(access: Access, *actions: str) -> None:
    for action in actions:
        try:
            access.require(action)
        except ActionRefused as error:
            raise RunRefusedError(
                f"Whoever it runs for may no longer do this: “{error.refusal.action.description}”. "
                "Ask an administrator, or let someone else save it."
            ) from error


def require_open(template: DataTemplate, access: Access) -> None:
    """Requires that the template is open to orchestrations and to this person, personal data included."""
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
