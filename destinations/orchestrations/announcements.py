"""What people are told of an orchestration when it sends nothing or late; its deliveries tell of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.delivery.progress import PLACE, TOPIC
from notifications.events import Event, News
from notifications.models import Kind
from notifications.services import notify
from tenants.models import Tenant
from tenants.urls import tenant_reverse
from ui import formats

if TYPE_CHECKING:
    from accounts.models import User
    from destinations.delivery.models import Target
    from destinations.orchestrations.models import Orchestration, OrchestrationRun
    from destinations.schedules.models import Occurrence


def held(run: OrchestrationRun, problem: str) -> None:
    _tell(run, Event.HELD, Kind.WARNING, f"{run.orchestration}: Held", problem)


def failed(run: OrchestrationRun, problem: str) -> None:
    _tell(run, Event.FAILED, Kind.ERROR, f"{run.orchestration}: Failed", problem)


def delayed(run: OrchestrationRun) -> None:
    words = f"It was due {_moment(run)} and started late, because Muster was not working at the time."
    _tell(run, Event.DELAYED, Kind.WARNING, f"{run.orchestration}: started late", words)


def missed(run: OrchestrationRun, occurrence: Occurrence) -> None:
    count = occurrence.passed_over
    runs = "An earlier run was" if count == 1 else f"{formats.number(count)} earlier runs were"
    words = f"{runs} missed, because Muster was not working at the time. The one due {_moment(run)} runs now."
    _tell(run, Event.MISSED, Kind.WARNING, f"{run.orchestration}: missed runs", words)


def subjects_of(orchestration: Orchestration) -> tuple[str, ...]:
    """What alerts about it are about, the narrowest first."""
    return f"orchestration:{orchestration.pk}", place_of(orchestration)


def place_of(orchestration: Orchestration) -> str:
    return f"{PLACE}{orchestration.data_template.destination_id}"


def subjects_of_target(target: Target) -> tuple[str, ...]:
    from destinations.orchestrations.models import OrchestrationObject

    sent = OrchestrationObject.objects.filter(pk=target.owner_id).select_related("orchestration").first()
    return (f"orchestration:{sent.orchestration_id}",) if sent else ()


def followers_of_target(target: Target) -> list[User]:
    """Whoever the orchestration runs for hears how it went, also when nobody pressed a button."""
    from destinations.orchestrations.models import OrchestrationObject

    sent = OrchestrationObject.objects.filter(pk=target.owner_id).select_related("orchestration__owner").first()
    return [sent.orchestration.owner] if sent and sent.orchestration.owner else []


def _tell(run: OrchestrationRun, event: Event, kind: Kind, title: str, body: str) -> None:
    orchestration: Orchestration = run.orchestration
    people = {run.started_by, orchestration.owner}
    notify(
        topic=TOPIC,
        thread=f"orchestration-run:{run.pk}:{event}",
        recipients=[person for person in people if person is not None],
        kind=kind,
        title=title,
        body=body,
        link=tenant_reverse(Tenant.objects.get(pk=run.tenant_id), "orchestration", orchestration.pk),
        place=place_of(orchestration),
        news=News(event=event, about=subjects_of(orchestration)),
    )


def _moment(run: OrchestrationRun) -> str:
    due = run.due_at or run.started_at
    zone = Tenant.objects.get(pk=run.tenant_id).zone
    return f"{due.astimezone(zone):%d %B %Y at %H:%M}"
