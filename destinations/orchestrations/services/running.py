"""From “Run” to the deliveries of a run, and to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db import transaction

from accounts.access import Access, access_of
from audit import services as audit
from destinations import sending
from destinations.delivery.advice import ENDINGS, UNKNOWN
from destinations.delivery.endings import SERVER_AWAY
from destinations.delivery.models import Delivery
from destinations.delivery.services import start_delivery
from destinations.delivery.specs import Scope
from destinations.orchestrations import announcements, automatic, landing, readiness
from destinations.orchestrations.audiences import audience_of
from destinations.orchestrations.errors import RunRefusedError
from destinations.orchestrations.models import Orchestration, OrchestrationObject, OrchestrationRun, RunObject
from destinations.schedules.dispatch import GRACE
from runtime import clock
from tenants.models import Tenant

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from destinations.schedules.models import Occurrence

Cause = OrchestrationRun.Cause
log = structlog.get_logger(__name__)


@transaction.atomic
def run_now(*, orchestration: Orchestration, actor: User, scope: Scope = Scope.FULL) -> OrchestrationRun:
    """A run started by a person: recorded at once, the rest happens in the background.

    Raises RunRefusedError when this person may not send it, or when it already waits to start.
    """
    current: Orchestration = Orchestration.objects.whole().get(pk=orchestration.pk)
    Orchestration.objects.select_for_update().get(pk=current.pk)
    if current.runs.waiting().exists():
        raise RunRefusedError(f"“{current}” is waiting to start already.")
    readiness.require_ready(current, access_of(actor, Tenant.objects.get(pk=current.tenant_id)))
    return open_run(current, cause=Cause.PERSON, actor=actor, scope=scope)


def run_scheduled(pk: int, occurrence: Occurrence) -> None:
    """Called once for each due time of the schedule, in the transaction that claims it."""
    orchestration = Orchestration.objects.get(pk=pk)
    run = open_run(orchestration, cause=Cause.SCHEDULE, due_at=occurrence.due_at)
    if occurrence.passed_over:
        announcements.missed(run, occurrence)
    elif occurrence.taken_at - occurrence.due_at > GRACE:
        announcements.delayed(run)


def leave_out(pk: int, occurrence: Occurrence) -> None:
    """Called when times passed while nothing could be started, and the schedule says to wait for the next one."""
    announcements.left_out(Orchestration.objects.whole().get(pk=pk), occurrence)


@transaction.atomic
def open_run(
    orchestration: Orchestration,
    *,
    cause: OrchestrationRun.Cause,
    actor: User | None = None,
    scope: Scope = Scope.FULL,
    due_at: datetime | None = None,
) -> OrchestrationRun:
    """A run that waits to start. Call it with the orchestration's row locked, because runs are numbered."""
    from destinations.tasks import begin_run

    last = orchestration.runs.order_by("-number").values_list("number", flat=True).first() or 0
    run = OrchestrationRun.objects.create(
        orchestration=orchestration, number=last + 1, cause=cause, started_by=actor, scope=scope, due_at=due_at
    )
    changes = {"run": run.number, "cause": run.get_cause_display(), "scope": scope}
    audit.record(action="orchestration:run", subject=orchestration, actor=actor, changes=changes)
    begin_run.enqueue(run_id=run.pk)
    return run


def begin(run_id: int) -> None:
    """Creates the run's deliveries, or records why there are none. Safe to repeat and to kill.

    Runs of one orchestration begin in the order of their numbers: earlier waiting runs begin first, each in its
    own transaction, even if the worker that should have begun them died.
    """
    for pk in list(OrchestrationRun.objects.waiting().up_to(run_id).values_list("pk", flat=True)):
        _begin_or_refuse(pk)


def _begin_or_refuse(run_id: int) -> None:
    try:
        _begin(run_id)
    except SERVER_AWAY:
        raise
    except Exception:
        log.exception("run_failed", run_id=run_id)
        _refuse(run_id, Delivery.Status.FAILED, f"{ENDINGS[UNKNOWN].what} {ENDINGS[UNKNOWN].todo}")


@transaction.atomic
def _begin(run_id: int) -> None:
    run = _lock(run_id)
    if run is None:
        return
    orchestration = Orchestration.objects.whole().get(pk=run.orchestration_id)
    try:
        readiness.require_ready(orchestration, _access(run, orchestration))
    except RunRefusedError as error:
        _refuse(run_id, Delivery.Status.HELD, error.message)
        return
    run.begun_at = clock.now()
    run.save(update_fields=["begun_at"])
    objects = orchestration.objects_sent.select_related("segment__active_version", "query")
    for sent in objects:
        sent.orchestration = orchestration
        _send(run, sent)
    if run.cause == Cause.DATA and run.run_objects.exclude(problem="").exists():
        automatic.see_nothing(orchestration)
    _end_if_done(run)


def _lock(run_id: int) -> OrchestrationRun | None:
    """The run, if it has not begun; waits for a worker that is just beginning it."""
    return OrchestrationRun.objects.waiting().filter(pk=run_id).select_for_update(of=("self",)).first()


def _access(run: OrchestrationRun, orchestration: Orchestration) -> Access:
    """A run started by a person acts for that person, any other for the owner."""
    if run.started_by:
        return access_of(run.started_by, Tenant.objects.get(pk=run.tenant_id))
    return readiness.access_of_owner(orchestration)


def _send(run: OrchestrationRun, sent: OrchestrationObject) -> None:
    kept = RunObject(run=run, sent_object=sent, name=str(sent))
    try:
        with transaction.atomic():
            kept.delivery = _deliver(run, sent)
    except readiness.LEFT_OUT as error:
        kept.problem = error.message
    kept.save()
    if kept.problem:
        announcements.object_held(run, sent, kept.problem)


def _deliver(run: OrchestrationRun, sent: OrchestrationObject) -> Delivery:
    template = sent.orchestration.data_template
    audience = audience_of(sent)
    return start_delivery(
        target=landing.claim(sent),
        audience=audience.spec,
        mapping=sending.mapping_spec(template, pii=audience.pii),
        connector=sending.connector_settings(template.destination),
        guards=sending.guards(template.destination),
        started_by=run.started_by,
        scope=Scope(run.scope),
    )


@transaction.atomic
def _refuse(run_id: int, status: Delivery.Status, problem: str) -> None:
    """Sends nothing, and tells someone why."""
    run = _lock(run_id)
    if run is None:
        return
    run.begun_at = run.ended_at = clock.now()
    run.refused, run.problem = status, problem
    run.save()
    if run.is_held and run.cause == Cause.DATA:
        automatic.see_nothing(run.orchestration)
    tell = announcements.held if status == Delivery.Status.HELD else announcements.failed
    tell(run, problem)


@transaction.atomic
def on_finished(delivery: Delivery) -> None:
    """Called when a delivery has ended; the last one of a run ends the run. Safe to repeat."""
    for mine in RunObject.objects.filter(delivery=delivery).select_related("run"):
        _end_if_done(OrchestrationRun.objects.select_for_update().get(pk=mine.run_id))


def _end_if_done(run: OrchestrationRun) -> None:
    sent = Delivery.objects.filter(orchestration_runs__run=run)
    if not sent.exclude(status__in=Delivery.FINISHED).exists():
        ended_at = sent.order_by("-finished_at").values_list("finished_at", flat=True).first()
        run.ended_at = ended_at or clock.now()
        run.save(update_fields=["ended_at"])
