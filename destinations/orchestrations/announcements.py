"""What people are told when an orchestration sends nothing or late; its deliveries notify by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.delivery.progress import PLACE, TEMPLATE, TOPIC
from destinations.schedules.recurrence import MOST_COUNTED
from notifications.events import Event, News
from notifications.models import Kind
from notifications.services import notify
from tenants.models import Tenant
from tenants.urls import tenant_reverse
from ui import formats

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from destinations.delivery.models import Target
    from destinations.orchestrations.models import Orchestration, OrchestrationObject, OrchestrationRun
    from destinations.schedules.models import Occurrence


def held(run: OrchestrationRun, problem: str) -> None:
    _tell_of_run(run, Event.HELD, Kind.WARNING, "Held", problem)


def object_held(run: OrchestrationRun, sent: OrchestrationObject, problem: str) -> None:
    """One of its objects was refused; the others may still be sent."""
    orchestration: Orchestration = run.orchestration
    _tell(
        orchestration,
        Event.HELD,
        Kind.WARNING,
        f"{sent.label}: Held",
        problem,
        thread=f"orchestration-run:{run.pk}:object:{sent.pk}",
        people=_people(run),
        about=(key_of_object(sent.pk), *subjects_of(orchestration)),
    )


def failed(run: OrchestrationRun, problem: str) -> None:
    _tell_of_run(run, Event.FAILED, Kind.ERROR, "Failed", problem)


def delayed(run: OrchestrationRun) -> None:
    due = _moment(run.orchestration, run.due_at or run.started_at)
    words = f"It was due {due} and started late, because Muster was not working at the time."
    _tell_of_run(run, Event.DELAYED, Kind.WARNING, "started late", words)


def missed(run: OrchestrationRun, occurrence: Occurrence) -> None:
    due = _moment(run.orchestration, occurrence.due_at)
    words = f"{_missed_runs(occurrence.passed_over)} The one due {due} runs now."
    _tell_of_run(run, Event.MISSED, Kind.WARNING, "missed runs", words)


def left_out(orchestration: Orchestration, occurrence: Occurrence) -> None:
    next_run = orchestration.next_run_at
    next_words = f"The next is on {_moment(orchestration, next_run)}." if next_run else "There is no further one."
    _tell(
        orchestration,
        Event.MISSED,
        Kind.WARNING,
        f"{orchestration}: missed runs",
        f"{_missed_runs(occurrence.passed_over + 1)} {next_words} Run it by hand if it can't wait.",
        thread=f"orchestration-occurrence:{occurrence.pk}",
        people={orchestration.owner},
    )


def _missed_runs(count: int) -> str:
    if count >= MOST_COUNTED:
        runs = f"{formats.number(MOST_COUNTED)} runs or more were"
    else:
        runs = "A run was" if count == 1 else f"{formats.number(count)} runs were"
    return f"{runs} missed, because Muster was not working at the time."


def subjects_of(orchestration: Orchestration) -> tuple[str, ...]:
    """The subjects of alerts about it, the narrowest first."""
    return f"orchestration:{orchestration.pk}", f"{PLACE}{orchestration.data_template.destination_id}"


def subjects_of_target(target: Target) -> tuple[str, ...]:
    from destinations.orchestrations.models import OrchestrationObject

    sent = OrchestrationObject.objects.filter(pk=target.owner_id).first()
    return key_of_object(target.owner_id), *([f"orchestration:{sent.orchestration_id}"] if sent else [])


def key_of_object(pk: int) -> str:
    """Each object has its own key: success of one says nothing about another."""
    return f"orchestration-object:{pk}"


def followers_of_target(target: Target) -> list[User]:
    """The person the orchestration runs for, who is notified even when no one started the run by hand."""
    from destinations.orchestrations.models import OrchestrationObject

    sent = OrchestrationObject.objects.filter(pk=target.owner_id).select_related("orchestration__owner").first()
    return [sent.orchestration.owner] if sent and sent.orchestration.owner else []


def _tell_of_run(run: OrchestrationRun, event: Event, kind: Kind, what: str, body: str) -> None:
    orchestration: Orchestration = run.orchestration
    _tell(
        orchestration,
        event,
        kind,
        f"{orchestration}: {what}",
        body,
        thread=f"orchestration-run:{run.pk}:{event}",
        people=_people(run),
    )


def _people(run: OrchestrationRun) -> set[User | None]:
    return {run.started_by, run.orchestration.owner}


def _tell(  # noqa: PLR0913  one keyword per part of a notification
    orchestration: Orchestration,
    event: Event,
    kind: Kind,
    title: str,
    body: str,
    *,
    thread: str,
    people: set[User | None],
    about: tuple[str, ...] | None = None,
) -> None:
    notify(
        topic=TOPIC,
        thread=thread,
        recipients=[person for person in people if person is not None],
        kind=kind,
        title=title,
        body=body,
        link=tenant_reverse(_tenant(orchestration), "orchestration", orchestration.pk),
        link_text="Open the orchestration",
        place=f"{TEMPLATE}{orchestration.data_template_id}",
        news=News(event=event, about=about or subjects_of(orchestration)),
    )


def _tenant(orchestration: Orchestration) -> Tenant:
    tenant: Tenant = Tenant.objects.get(pk=orchestration.tenant_id)
    return tenant


def _moment(orchestration: Orchestration, moment: datetime) -> str:
    return f"{moment.astimezone(_tenant(orchestration).zone):%d %B %Y at %H:%M}"
